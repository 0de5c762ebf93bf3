import { harmlessOutput } from "../lib/harmless-output.ts";
import type { Backend } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { packArgv, unpackAsArgv } from "../guest/copy.ts";
import { endArgv } from "../guest/control.ts";
import { printable, shellLine } from "../lib/quote.ts";
import type { BottlePlan, FilePlan, GuestUser, SessionPlan } from "../plan/plan.ts";
import { planSession } from "../plan/session.ts";
import { pipe } from "../system/pipe.ts";
import type { Program, Run, System } from "../system/system.ts";
import { packPath } from "../system/tar-tree.ts";
import { fileNotCopied, provisioningFailed } from "./errors.ts";
import { runningCommand } from "./messages.ts";
import type { Target } from "./target.ts";
import { type Command, placeOf, type Task } from "./tasks.ts";
import { withSecrets } from "../project/secrets.ts";
import type { BottleContext } from "./context.ts";
import { inform } from "../ui/messages.ts";

/** Performs the task in a running bottle. */
export async function doTask(
  system: System,
  plan: BottlePlan,
  task: Task,
  { target, signal }: { readonly target: Target; readonly signal: AbortSignal },
): Promise<void> {
  const session = sessionOf(system, plan, task, target);
  const armed = await withSecrets(system, target.secrets, session.secrets);
  const tools = { system: armed, backend: await backendOf(armed, plan.backend) };
  if (session.secrets.length > 0) await tools.backend.deliver?.(plan, session);
  if ("file" in task) await copy(tools, plan, task.file, session);
  else await runCommand(tools, plan, { session, command: task.command, signal });
}

/** The command of `doTask` as one line. */
export function taskLine(
  { system, backend }: Omit<BottleContext, "ledger">,
  plan: BottlePlan,
  task: Task,
  target: Target,
): string {
  const session = sessionOf(system, plan, task, target);
  if (!("file" in task)) return shellLine(backend.attach(plan, session).argv);
  const { from, to } = copyPrograms(backend, plan, task.file, session);
  return from
    ? `${shellLine(from.argv)} | ${shellLine(to.argv)}`
    : `${shellLine(to.argv)} # reads a tar stream of ${shellLine([task.file.source])}`;
}

const root: GuestUser = { name: "root", uid: 0, gid: 0, home: "/root" };

function sessionOf(
  { env: hostEnv }: System,
  plan: BottlePlan,
  task: Task,
  { plan: asked, gateway, provision: { env } }: Target,
): SessionPlan {
  // prettier-ignore
  const { run = "", user, directory = "/" } = "command" in task ? task.command : {};
  return planSession(plan, {
    kind: "exec",
    command: ["/bin/sh", "-euc", run],
    directory: directory.startsWith("/") ? directory : `${plan.directory}/${directory}`,
    env,
    hostEnv,
    gateway,
    secrets: asked.credentials.filter(({ host }) => host === undefined).map(({ variable }) => variable),
    size: undefined,
    user: user && root,
  });
}

async function copy(
  { system, backend }: Omit<BottleContext, "ledger">,
  plan: BottlePlan,
  file: FilePlan,
  session: SessionPlan,
): Promise<void> {
  const { from, to } = copyPrograms(backend, plan, file, session);
  const run = from
    ? await failedOf(pipe(system, from, to))
    : await system.run(to.argv, { env: to.env, ending: to.ending, stdin: packPath(file.source) });
  if (run.code !== 0) throw fileNotCopied(file.source, lastWords(run));
}

async function failedOf(piped: ReturnType<typeof pipe>): Promise<Run> {
  const { from, to } = await piped;
  return from.code !== 0 && to.code === 0 ? from : to;
}

/** The bottle reads files of the project itself. `from` is undefined for files that the host packs. */
function copyPrograms(
  backend: Backend,
  plan: BottlePlan,
  file: FilePlan,
  session: SessionPlan,
): { readonly from: Program | undefined; readonly to: Program } {
  const inGuest = (command: readonly string[]) => backend.attach(plan, { ...session, directory: "/", command });
  const isInProject = file.source.startsWith(`${plan.directory}/`);
  return {
    from: isInProject ? inGuest(packArgv(file.source)) : undefined,
    to: inGuest(unpackAsArgv(placeOf(plan, file))),
  };
}

type CommandRun = { readonly session: SessionPlan; readonly command: Command; readonly signal: AbortSignal };

async function runCommand(
  { system, backend }: Omit<BottleContext, "ledger">,
  plan: BottlePlan,
  { session, command, signal }: CommandRun,
): Promise<void> {
  const name = `"${shortened(command.run)}"`;
  inform(system, runningCommand(name));
  const { argv, env, ending } = backend.attach(plan, session);
  const isShown = system.isTty.stderr;
  let run: Run;
  try {
    run = await system.run(argv, { env, ending, signal, ...(isShown && { onOutput: harmlessOutput(system.err) }) });
  } catch (error) {
    // The clients of docker and podman leave the command running in the container (containers/podman#19486).
    const control = backend.controlArgv(plan, session);
    if (control) await system.run(endArgv(control, session.id), { timeoutMs: 15_000, detached: true });
    throw error;
  }
  if (run.code === 0) return;
  throw provisioningFailed(name, run.code, { last: lastWords(run), output: isShown ? "" : outputOf(run) });
}

const linesOf = ({ stdout, stderr }: Run): string[] =>
  `${stdout}\n${stderr}`.split(/\r?\n/).map(printable).filter((line) => line.trim() !== ""); // prettier-ignore

const lastWords = (run: Run): string => linesOf(run).at(-1) ?? "it printed nothing";

/** For a user who has not seen the output yet. */
const outputOf = (run: Run): string => linesOf(run).slice(-11, -1).map((line) => `| ${line}\n  `).join(""); // prettier-ignore

/** The first line, cut to fit beside other words. */
function shortened(commands: string): string {
  const [first = "", ...others] = commands.trim().split("\n");
  return printable(first.length > 60 ? `${first.slice(0, 57)}...` : others.length > 0 ? `${first} ...` : first);
}
