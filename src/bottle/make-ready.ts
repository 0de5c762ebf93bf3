import type { Backend, Machine } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { shellLine } from "../lib/quote.ts";
import { together } from "../lib/together.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { type GitHere, gitHere } from "../project/git-settings.ts";
import { knownHosts } from "../project/known-hosts.ts";
import { repositoryLacks } from "../project/repository.ts";
import { prepareView } from "../project/shared-repository.ts";
import { withSecrets } from "../project/secrets.ts";
import { assertPathsExist, assertPathsUnmoved } from "../project/shared-paths.ts";
import { extraCertificates } from "../system/certificates.ts";
import { identify } from "../system/process.ts";
import type { System } from "../system/system.ts";
import { endBackground } from "./background.ts";
import { inform } from "../ui/messages.ts";
import type { BottleContext } from "./context.ts";
import { endAction } from "./end-actions.ts";
import { nameTaken } from "./errors.ts";
import { type Hold, holdBottle } from "./hold.ts";
import { desiredOf, type Found, observeMachine, observeReady } from "./observe.ts";
import { type Action, linesOf, perform } from "./perform.ts";
import { takeDown, warnOfDifferences } from "./ready.ts";
import { withAgent } from "./ssh-agent.ts";
import { startAction } from "./start-actions.ts";
import { isEndStep, startSteps } from "./steps.ts";
import { placeOf, type Target } from "./target.ts";
import { Undo } from "./undo.ts";
import { endLostProcess, isProcessAlive } from "./remove-machine.ts";

/** `keepsClaude`: the bottle that `fresh` replaces leaves its ~/.claude to the next one. */
type Options = { readonly fresh: boolean; readonly keepsClaude?: boolean };

/** The input of the steps. */
type Start = {
  readonly found: Found;
  /** The plan that the bottle will have. */
  readonly plan: BottlePlan;
  readonly target: Target;
  /** Its environment holds the values of the bottle's credentials, and `backend` uses it too. */
  readonly armed: System;
  readonly backend: Backend;
};

/** Holds the bottle's lock while it creates, starts and provisions whatever is missing. A failure or a signal undoes the steps that have begun. */
export const makeReady = (context: BottleContext, target: Target, options: Options): Promise<BottlePlan> =>
  holdBottle(context.system, target.plan.name, ({ signal, discard }) =>
    Undo.guard(async (undo) => {
      const start =
        (await readyStart(context, target, options)) ?? (await prepare(context, target, { ...options, signal, undo }));
      const pid = start.found.machine?.pid;
      const machine = pid === undefined ? undefined : identify(pid);
      const made = await perform(await actionsOf(context, start, options), start.plan, { signal, undo, machine });
      return warnOfDifferences(context, made, target.plan);
    }).catch((error) => {
      if (context.ledger.bottle(target.plan.name) === undefined) discard();
      throw error;
    }),
  );

/** The commands that `makeReady` would run, one per line, and the plan that the bottle would have. Changes nothing. */
export async function startLines(
  context: BottleContext,
  target: Target,
  options: Options,
): Promise<{ readonly plan: BottlePlan; readonly lines: readonly string[] }> {
  const start = (await readyStart(context, target, options)) ?? (await foresee(context, target, options));
  return { plan: start.plan, lines: linesOf(await actionsOf(context, start, options), start.plan) };
}

async function readyStart(context: BottleContext, target: Target, { fresh }: Options): Promise<Start | undefined> {
  const found = fresh ? undefined : await observeReady(context, target.plan.name);
  return found && { found, plan: found.made, target, armed: context.system, backend: context.backend };
}

async function foresee(context: BottleContext, target: Target, options: Options): Promise<Start> {
  const found = await observeMachine(context, target.plan.name);
  const current = currentPlan(found, options);
  const resolved = current ? target.plan : ((await context.backend.foresee?.(target.plan)) ?? target.plan);
  const git = await gitOf(context.system, target.plan);
  const plan = await atStart(context, current ?? resolved, { target, git });
  return { found, plan, target: { ...target, plan: resolved }, armed: context.system, backend: context.backend };
}

/** An existing bottle keeps the plan that it was created with. */
const currentPlan = ({ machine, made }: Found, { fresh }: Options) => (machine && !fresh ? made : undefined);

/** Everything that can fail before something changes: paths, secrets, the owner of the machine, running sessions, the image. */
async function prepare(
  context: BottleContext,
  target: Target,
  { fresh, signal, undo }: Options & Pick<Hold, "signal"> & { readonly undo: Undo },
): Promise<Start> {
  const { system, ledger } = context;
  const { plan, secrets } = target;
  assertPathsExist(plan);
  const variables = plan.credentials.map(({ variable }) => variable);
  const armed = await withSecrets(system, secrets, variables);
  const backend = armed === system ? context.backend : await backendOf(armed, plan.backend);
  const isNew = fresh || ledger.bottle(plan.name) === undefined;
  // In parallel, because each question starts a program.
  const [found, foreseen, git] = await together([
    observeMachine({ system, ledger, backend }, plan.name),
    isNew ? backend.foresee?.(plan) : undefined,
    gitOf(system, plan),
  ]);
  const { machine } = found;
  if (machine) assertOwned(backend, plan, machine.owner);
  const wasReady = ledger.bottle(plan.name)?.isReady ?? false;
  const isLost =
    backend.capabilities.isolation === "container" && machine?.state === "stopped" && isProcessAlive(ledger, plan.name);
  // The machine may be alive and just not answer. Starting it would kill it and its sessions.
  if (machine && (fresh || machine.state === "broken" || isLost)) {
    if (machine.state === "running")
      await endBackground({ system, ledger, backend }, found.made ?? plan, { command: "stop", force: false });
    takeDown(ledger, plan.name, { command: "stop", force: false });
  } else ledger.setReady(plan.name, false);
  if (isLost) await endLostProcess(ledger, plan.name);
  if (fresh) undo.add(async () => ledger.setReady(plan.name, wasReady));
  const current = currentPlan(found, { fresh });
  // Before the old bottle is removed: the image of the new one may not be available.
  const resolved = current ? plan : (foreseen ?? (await backend.resolve?.(plan, { signal })) ?? plan);
  const started = await atStart({ system, backend }, current ?? resolved, { target, git });
  prepareView(started);
  assertPathsUnmoved(started);
  return { found, plan: started, target: { ...target, plan: resolved }, armed, backend };
}

const gitOf = (system: System, { directory, sshAgent }: BottlePlan): Promise<GitHere | undefined> =>
  gitHere(system, directory, { hasAgent: sshAgent !== undefined });

/** Adds what is decided at each start: git's settings, the idle time before it stops, and the ssh agent. */
async function atStart(
  { system, backend }: Pick<BottleContext, "system" | "backend">,
  plan: BottlePlan,
  { target: { plan: asked }, git }: { readonly target: Target; readonly git: GitHere | undefined },
): Promise<BottlePlan> {
  const certificates = await extraCertificates(system);
  const lacks = [
    ...repositoryLacks(plan.directory, plan.mounts, placeOf(system, backend, plan.name)),
    ...(git?.lacks ?? []),
    certificates.lack,
  ];
  for (const lack of lacks) if (lack !== undefined) inform(system, lack);
  const { idleMinutes } = asked;
  const renewed = {
    ...plan,
    ...(git && { git: git.settings }),
    ...(idleMinutes !== undefined && { idleMinutes }),
    certificates: certificates.text,
    knownHosts: asked.sshAgent === undefined ? "" : knownHosts(system),
  };
  return withAgent(system, backend, renewed, asked);
}

async function actionsOf(context: BottleContext, { found, target, armed, backend }: Start, options: Options): Promise<Action[]> {
  const own = { ...context, backend };
  const ending = { made: found.made ?? target.plan, successor: options.fresh, hookFiles: target.hooks.files };
  return startSteps(await desiredOf(own, target, options), found).map((step) =>
    isEndStep(step) ? endAction(own, step, ending) : startAction(own, step, { target, armed }),
  );
} // prettier-ignore

function assertOwned(backend: Backend, plan: BottlePlan, owner: Machine["owner"]): void {
  if (owner?.directory === plan.directory) return;
  const removal = backend.explain(plan).remove.findLast((argv) => argv.some((word) => word.endsWith(plan.name))) ?? [];
  throw nameTaken(plan.name, shellLine(removal));
}
