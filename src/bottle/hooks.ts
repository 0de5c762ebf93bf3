import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { printable, shellLine } from "../lib/quote.ts";
import type { Manifest } from "../manifest/schema.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { isDirectory } from "../system/files.ts";
import type { RunOptions, System } from "../system/system.ts";
import { findProject } from "../project/project.ts";
import { requireTrust } from "../project/trust.ts";
import { inform } from "../ui/messages.ts";

type Hook = keyof Manifest["hooks"];

/** Runs it on the host, in the project, where there is one. Throws UserError when it fails. */
export async function runHook(
  system: System,
  { name, directory }: BottlePlan,
  hook: Hook,
  hooks: Manifest["hooks"],
  options: Pick<RunOptions, "signal" | "detached"> = {},
): Promise<void> {
  const command = hooks[hook];
  if (command === undefined) return;
  const line = printable(shellLine(command));
  inform(system, `${hook}: ${line}`);
  const { code, stdout, stderr } = await system.run(command, {
    ...options,
    cwd: directory,
    env: { CLAUDE_BOTTLE_NAME: name, CLAUDE_BOTTLE_DIRECTORY: directory },
    ...(system.isTty.stderr && { onOutput: system.err }),
  });
  options.signal?.throwIfAborted();
  if (code === 0) return;
  const said = printable(`${stdout}\n${stderr}`.trim().split("\n").at(-1) ?? "");
  throw new UserError(`${hook} ended with status ${code}: ${said || "it printed nothing"}`, {
    hint: `try it yourself, in ${printable(directory)}: ${line}`,
  });
}

/**
 * Of a bottle that was stopped: the hook of the user's own configuration, or of a manifest that is trusted as it stands.
 * Says why another one is not run; a manifest that cannot even be read by now is not what was trusted. Throws UserError when the
 * hook fails.
 */
export async function runAfterStop(system: System, plan: BottlePlan): Promise<void> {
  const hooks = isDirectory(plan.directory) ? await admitted(system, plan) : {};
  await runHook(system, plan, "after-stop", hooks);
}

async function admitted(system: System, { directory, backend }: BottlePlan): Promise<Manifest["hooks"]> {
  try {
    const project = findProject(system, { start: directory });
    const { manifest, resolved } = project;
    if (resolved.origin(["hooks", "after-stop"])?.layer.kind === "project")
      requireTrust(system, project, await backendOf(system, backend));
    return manifest.hooks;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [why = ""] = error.message.split("\n");
    inform(system, `no after-stop hook is run: ${printable(why)}`);
    return {};
  }
}
