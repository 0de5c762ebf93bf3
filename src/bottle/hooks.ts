import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { printable, shellLine } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { isDirectory } from "../system/files.ts";
import type { RunOptions, System } from "../system/system.ts";
import { findProject } from "../project/project.ts";
import { type Hooks, withCopies } from "../project/host-files.ts";
import { requireTrust } from "../project/trust.ts";
import { inform } from "../ui/messages.ts";

type Hook = keyof Hooks["commands"];

const none: Hooks = { commands: {}, files: new Map() };

/** Runs it on the host, in the project, where there is one. Throws UserError when it fails. */
export async function runHook(
  system: System,
  { name, directory }: BottlePlan,
  hook: Hook,
  { commands, files }: Hooks,
  options: Pick<RunOptions, "signal" | "detached"> = {},
): Promise<void> {
  const command = commands[hook];
  if (command === undefined) return;
  const line = printable(shellLine(command));
  inform(system, `${hook}: ${line}`);
  const { code, stdout, stderr } = await system.run(withCopies(system, directory, command, files), {
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
  const hooks = isDirectory(plan.directory) ? await admitted(system, plan) : none;
  await runHook(system, plan, "after-stop", hooks);
}

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
    inform(system, `no after-stop hook is run: ${printable(why)}`);
    return none;
  }
}
