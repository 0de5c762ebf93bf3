import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { printable, shellLine } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { isDirectory } from "../system/files.ts";
import type { RunOptions, System } from "../system/system.ts";
import { findProject } from "../project/project.ts";
import { type HostFiles, type Hooks, withCopies } from "../project/host-files.ts";
import { requireTrust } from "../project/trust.ts";
import { hookFailed } from "./errors.ts";
import { runningHook, skippingHook } from "./messages.ts";
import { inform } from "../ui/messages.ts";

export type Hook = keyof Hooks["commands"];

const none: Hooks = { commands: {}, files: new Map() };

/** Runs the hook on the host, in the project. Throws UserError if it fails. */
export async function runHook(
  system: System,
  { name, directory }: Pick<BottlePlan, "name" | "directory">,
  { hook, command, files }: { readonly hook: Hook; readonly command: readonly string[]; readonly files: HostFiles },
  options: Pick<RunOptions, "signal" | "detached"> = {},
): Promise<void> {
  const line = printable(shellLine(command));
  inform(system, runningHook(hook, line));
  const { code, stdout, stderr } = await system.run(withCopies(system, directory, command, files), {
    ...options,
    cwd: directory,
    env: { CLAUDE_BOTTLE_NAME: name, CLAUDE_BOTTLE_DIRECTORY: directory },
    ...(system.isTty.stderr && { onOutput: system.err }),
  });
  options.signal?.throwIfAborted();
  if (code === 0) return;
  const said = printable(`${stdout}\n${stderr}`.trim().split("\n").at(-1) ?? "");
  throw hookFailed(hook, code, said, { directory, line });
}

/**
 * The hooks that run after the bottle stops: those of the user's own configuration, and those of a manifest that is trusted in its current form.
 * Warns about each hook that is skipped. A manifest that can no longer be read is not the one that was trusted.
 */
export const hooksAfterStop = async (system: System, plan: BottlePlan): Promise<Hooks> =>
  isDirectory(plan.directory) ? await admitted(system, plan) : none;

async function admitted(system: System, { directory, backend }: BottlePlan): Promise<Hooks> {
  try {
    const project = findProject(system, { start: directory });
    const { manifest, resolved } = project;
    const isProjects = resolved.origin(["hooks", "after-stop"])?.layer.kind === "project";
    const { hostFiles: files } = isProjects
      ? requireTrust(system, project, await backendOf(system, backend))
      : { hostFiles: none.files };
    return { commands: manifest.hooks, files };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [why = ""] = error.message.split("\n");
    inform(system, skippingHook(printable(why)));
    return none;
  }
}
