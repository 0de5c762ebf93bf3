import { harmlessOutput } from "../lib/harmless-output.ts";
import type { Backend } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { packArgv, unpackAsArgv } from "../guest/copy.ts";
import { endArgv } from "../guest/control.ts";
import { printable, shellLine } from "../lib/quote.ts";
import type { Manifest } from "../manifest/schema.ts";
import type { BottlePlan, FilePlan, GuestUser, SessionPlan } from "../plan/plan.ts";
import { planSession, sessionUser } from "../plan/session.ts";
import { treeStamp } from "../system/host-tree.ts";
import { pipe } from "../system/pipe.ts";
import type { Program, Run, System } from "../system/system.ts";
import { packPath } from "../system/tar-tree.ts";
import type { Provision } from "../project/provision.ts";
import type { Target } from "./target.ts";
import { withSecrets } from "../project/secrets.ts";
import type { BottleContext } from "./context.ts";
import { inform } from "../ui/messages.ts";

type Command = Manifest["provision"]["commands"][number];

export type Step = { readonly id: string; readonly isRepeated: boolean } & (
  { readonly file: FilePlan } | { readonly command: Command }
);

/**
 * The steps that are to be done now. A step is known by what it does: a new or changed one is done in a bottle that
 * runs, too. `starts`: whether the bottle has just been started.
 */
export function dueSteps({ provisioned = [] }: BottlePlan, { files, commands }: Provision, starts: boolean): Step[] {
  const steps: Step[] = [
    ...files.map((file) => ({
      id: idOf(["file", file.source, file.target, treeStamp(file.source)]),
      isRepeated: true,
      file,
    })),
    ...commands.map((command) => ({
      id: idOf(["command", command.run, command.user, command.directory]),
      isRepeated: command.when === "start",
      command,
    })),
  ];
  return steps.filter(({ id, isRepeated }) => (starts && isRepeated) || !provisioned.includes(id));
}

const idOf = (words: readonly unknown[]): string =>
  new Bun.CryptoHasher("sha256").update(JSON.stringify(words)).digest("hex").slice(0, 16);

/** Does the steps, and returns the plan that knows of them. A failure or an interrupt leaves those done that were. */
export async function provision(
  { system, ledger }: Omit<BottleContext, "backend">,
  made: BottlePlan,
  steps: readonly Step[],
  { target, signal }: { readonly target: Target; readonly signal: AbortSignal },
): Promise<BottlePlan> {
  let plan = made;
  for (const step of steps) {
    const session = sessionOf(system, plan, step, target);
    const armed = await withSecrets(system, target.secrets, session.secrets);
    const tools = { system: armed, backend: await backendOf(armed, plan.backend) };
    if (session.secrets.length > 0) await tools.backend.deliver?.(plan, session);
    if ("file" in step) await copy(tools, plan, step.file, session);
    else await runCommand(tools, plan, { session, command: step.command, signal });
    signal.throwIfAborted();
    const [what = ""] = step.id.split(":");
    const others = (plan.provisioned ?? []).filter((id) => !id.startsWith(what));
    plan = { ...plan, provisioned: [...others, step.id] };
    ledger.savePlan(plan);
  }
  return plan;
}

/** What `provision` would run, one step a line. */
export const explainStep = (system: System, backend: Backend, plan: BottlePlan, step: Step, target: Target): string => {
  const session = sessionOf(system, plan, step, target);
  if (!("file" in step)) return shellLine(backend.attach(plan, session).argv);
  const { from, to } = copyPrograms(backend, plan, step.file, session);
  return from
    ? `${shellLine(from.argv)} | ${shellLine(to.argv)}`
    : `${shellLine(to.argv)} # reads a tar stream of ${shellLine([step.file.source])}`;
};

const root: GuestUser = { name: "root", uid: 0, gid: 0, home: "/root" };

function sessionOf(
  { env: hostEnv }: System,
  plan: BottlePlan,
  step: Step,
  { plan: asked, gateway, provision: { env } }: Target,
): SessionPlan {
  // prettier-ignore
  const { run = "", user, directory = "/" } = "command" in step ? step.command : {};
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
  if (run.code !== 0) throw new UserError(`cannot copy "${printable(file.source)}" into the bottle: ${lastWords(run)}`);
}

async function failedOf(piped: ReturnType<typeof pipe>): Promise<Run> {
  const { from, to } = await piped;
  return from.code !== 0 && to.code === 0 ? from : to;
}

/** What is in the project the bottle reads for itself; `from` is undefined for what this machine packs. */
function copyPrograms(
  backend: Backend,
  plan: BottlePlan,
  { source, target }: FilePlan,
  session: SessionPlan,
): { readonly from: Program | undefined; readonly to: Program } {
  const inGuest = (command: readonly string[]) => backend.attach(plan, { ...session, directory: "/", command });
  const place = target.startsWith("~/") ? `${sessionUser(plan).home}${target.slice(1)}` : target;
  const isInProject = source.startsWith(`${plan.directory}/`);
  return { from: isInProject ? inGuest(packArgv(source)) : undefined, to: inGuest(unpackAsArgv(place)) };
}

type CommandRun = { readonly session: SessionPlan; readonly command: Command; readonly signal: AbortSignal };

async function runCommand(
  { system, backend }: Omit<BottleContext, "ledger">,
  plan: BottlePlan,
  { session, command, signal }: CommandRun,
): Promise<void> {
  const name = `"${shortened(command.run)}"`;
  inform(system, `running ${name} in the bottle`);
  const { argv, env, ending } = backend.attach(plan, session);
  const isShown = system.isTty.stderr;
  let run: Run;
  try {
    run = await system.run(argv, { env, ending, signal, ...(isShown && { onOutput: harmlessOutput(system.err) }) });
  } catch (error) {
    // The clients of docker and podman leave their command behind.
    const control = backend.controlArgv(plan, session);
    if (control) await system.run(endArgv(control, session.id), { timeoutMs: 15_000, detached: true });
    throw error;
  }
  if (run.code === 0) return;
  throw new UserError(`${name} in the bottle ended with status ${run.code}: ${lastWords(run)}`, {
    hint: `${isShown ? "" : outputOf(run)}correct it under [provision] in bottle.toml`,
  });
}

const linesOf = ({ stdout, stderr }: Run): string[] =>
  `${stdout}\n${stderr}`.split(/\r?\n/).map(printable).filter((line) => line.trim() !== ""); // prettier-ignore

const lastWords = (run: Run): string => linesOf(run).at(-1) ?? "it printed nothing";

/** For who has not seen it. */
const outputOf = (run: Run): string => linesOf(run).slice(-11, -1).map((line) => `| ${line}\n  `).join(""); // prettier-ignore

/** The first line, as far as it fits beside other words. */
function shortened(commands: string): string {
  const [first = "", ...others] = commands.trim().split("\n");
  return printable(first.length > 60 ? `${first.slice(0, 57)}...` : others.length > 0 ? `${first} ...` : first);
}
