import type { Backend, Machine } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { printable, shellLine } from "../lib/quote.ts";
import { differences, refuseImpossible } from "../plan/bottle.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { isFolder } from "../system/files.ts";
import { interruptible } from "../system/interrupt.ts";
import type { System } from "../system/system.ts";
import { withLock } from "../system/lock.ts";
import { askedNetwork, changesNetwork, followNetwork, openedLoopback } from "./follow-network.ts";
import type { Target } from "./launch.ts";
import { findLosses, refuseLosses } from "./losses.ts";
import { gitIdentity } from "./git.ts";
import { runHook } from "./hooks.ts";
import { forgetClaude, keepClaude, restoreClaude } from "./kept-claude.ts";
import { noteLogin } from "./login.ts";
import { dueSteps, provision } from "./provision.ts";
import { removeBottle } from "./remove.ts";
import { withSecrets } from "./secrets.ts";
import { forgetBaseline } from "./baseline.ts";
import { Undo } from "./undo.ts";

type Tools = { readonly system: System; readonly backend: Backend; readonly ledger: Ledger };

/**
 * The plan that the directory's bottle was made from, with its machine running and ready. A bottle that we made ready
 * and whose host process still lives costs no call of the backend. `fresh` remakes the bottle.
 * A failure or an interrupt leaves what was there before, and no more.
 */
export async function bringUp(tools: Tools, target: Target, options: { fresh: boolean }): Promise<BottlePlan> {
  const { system, ledger } = tools;
  const { plan, secrets, login } = target;
  /** Where nothing is started before a session, a bottle starts with its first one. */
  const dueIn = (ready: BottlePlan) => dueSteps(ready, target.provision, isIdleSandbox(tools, plan.name));
  const isHookDue = () => target.hooks["before-start"] !== undefined && isIdleSandbox(tools, plan.name);
  const warm = options.fresh ? undefined : await readyPlan(tools, plan.name);
  if (warm && !changesNetwork(tools.backend, warm, plan) && dueIn(warm).length === 0 && !isHookDue())
    return warnOfDifferences(tools, warm, plan);
  return interruptible((signal) =>
    withLock(
      system,
      plan.name,
      {
        signal,
        onWait: () =>
          system.err(`claude-bottle: waiting for another claude-bottle that works on bottle "${plan.name}"\n`),
      },
      () =>
        Undo.guard(async (undo) => {
          const ready = options.fresh ? undefined : await readyPlan(tools, plan.name);
          const beforeStart = async () => {
            undo.add(() => runHook(system, plan, "after-stop", target.hooks, { detached: true }));
            await runHook(system, plan, "before-start", target.hooks, { signal });
          };
          if (ready) {
            if (isHookDue()) await beforeStart();
            const followed = await followNetwork(tools, ready, plan, { signal });
            const provisioned = await provision(tools, followed, dueIn(followed), { target, signal });
            return warnOfDifferences(tools, provisioned, plan);
          }
          refuseMissing(plan);
          // Before anything is made: a secret that cannot be had is a start that cannot be.
          const armed = await withSecrets(
            system,
            secrets,
            plan.credentials.map(({ variable }) => variable),
          );
          const backend = armed === system ? tools.backend : await backendOf(armed, plan.backend);
          const machine = await backend.find(plan.name);
          if (machine) refuseForeign(backend, plan, machine.owner);
          // A start would kill a machine that only does not answer, and with it whoever still works in it.
          if (machine?.state === "broken") refuseBusy(ledger, plan.name, "stop");
          if (machine && options.fresh) {
            refuseBusy(ledger, plan.name, "stop");
            await (await import("./travel.ts")).bringAllHome({ system, backend, ledger }, plan.name);
            const old = ledger.bottle(plan.name)?.plan ?? plan;
            const keeps = plan.keepsClaude ?? false;
            const losses = await findLosses(backend, old, { mayStart: true, keeps, signal });
            if (losses) refuseLosses(old, losses);
            if (keeps) await keepClaude({ system, backend }, old, { signal });
            system.err(`claude-bottle: removing bottle "${plan.name}" to make it anew\n`);
            await removeBottle({ backend, ledger }, plan.name, { signal });
            await runHook(system, plan, "after-stop", target.hooks, { signal });
          }
          const kept = machine && !options.fresh;
          const git = await gitIdentity(system);
          const found = (kept && ledger.bottle(plan.name)?.plan) || (await backend.resolve?.(plan, { signal })) || plan;
          const made = git ? { ...found, git } : found;
          if (machine?.state !== "running" || !kept) await beforeStart();
          if (!kept) {
            undo.add(async () => {
              await backend.remove(plan.name, { detached: true });
              ledger.forgetBottle(plan.name);
            });
            system.err(`claude-bottle: making bottle "${plan.name}" ${describe(made)}\n`);
            const opened = openedLoopback(backend, plan);
            if (opened) system.err(`claude-bottle: it may reach ${opened}, because ANTHROPIC_BASE_URL is there\n`);
            forgetBaseline(system, plan.name);
            await backend.create(made, { signal });
          } else if (machine.state !== "running") undo.add(() => backend.stop(plan.name, { detached: true }));
          if (machine?.state !== "running" || !kept) system.err(`claude-bottle: starting bottle "${plan.name}"\n`);
          const pid = (await backend.start(made, { signal })) ?? machine?.pid;
          signal.throwIfAborted();
          noteLogin(system, made, login, armed);
          if (!kept) await restoreClaude({ system, backend }, made);
          const followed = await followNetwork(tools, made, plan, { signal });
          if (followed.copied) await (await import("./travel.ts")).bringProject({ system, backend }, followed);
          const started = dueSteps(followed, target.provision, true);
          const provisioned = await provision(tools, followed, started, { target, signal });
          ledger.saveBottle(provisioned, pid);
          forgetClaude(system, plan.name);
          ledger.note(plan.name, "started");
          return warnOfDifferences(tools, provisioned, plan);
        }),
    ),
  );
}

/** Throws UserError before anything is made, for what the backend cannot do. */
export function checkPlan(
  { backend, ledger }: Omit<Tools, "system">,
  plan: BottlePlan,
  { fresh }: { fresh: boolean },
): void {
  if (fresh || !ledger.bottle(plan.name)) refuseImpossible(plan, backend);
}

const isIdleSandbox = ({ backend, ledger }: Omit<Tools, "system">, name: string): boolean =>
  backend.capabilities.isolation === "namespace" && ledger.sessions(name).length === 0;

async function readyPlan({ backend, ledger }: Tools, name: string): Promise<BottlePlan | undefined> {
  const record = ledger.bottle(name);
  return record && (await backend.isReady(record.plan, record.machine)) ? record.plan : undefined;
}

function describe({ backend, cpus, memoryMiB, image, template, copied }: BottlePlan): string {
  const from = image ?? (template && "the template");
  if (from === undefined) return `(${backend})`;
  return `(${backend}, ${cpus} cpus, ${memoryMiB} MiB) from ${from}${copied ? ", with a copy of the project" : ""}`;
}

function warnOfDifferences(
  { system, backend }: Omit<Tools, "ledger">,
  made: BottlePlan,
  asked: BottlePlan,
): BottlePlan {
  const network = askedNetwork(backend, made, asked);
  const changed = differences(made, { ...asked, network }, backend.capabilities);
  if (changed.length > 0)
    system.err(
      `claude-bottle: bottle "${made.name}" was made with other settings (${changed.join(", ")}) and keeps them\n  claude-bottle run --fresh makes it anew\n`,
    );
  return made;
}

/** A backend may wait long for a folder that is not there, and then say something else. */
function refuseMissing({ name, directory }: BottlePlan): void {
  if (isFolder(directory)) return;
  throw new UserError(`the project's directory "${printable(directory)}" is no longer there`, {
    hint: `claude-bottle rm ${name} removes its bottle`,
  });
}

function refuseForeign(backend: Backend, plan: BottlePlan, owner: Machine["owner"]): void {
  if (owner?.directory === plan.directory) return;
  const removal = backend.explain(plan).remove.findLast((argv) => argv.some((word) => word.endsWith(plan.name))) ?? [];
  throw new UserError(`a machine named "${plan.name}" is there already and is not this directory's bottle`, {
    hint: `choose another name: claude-bottle run --name NAME\n  or remove it, if nobody needs it: ${shellLine(removal)}`,
  });
}

/** Throws UserError while somebody works in the bottle. */
export function refuseBusy(ledger: Ledger, name: string, what: string): void {
  const sessions = ledger.sessions(name).length;
  if (sessions > 0)
    throw new UserError(`bottle "${name}" has ${sessions} running session${sessions === 1 ? "" : "s"}`, {
      hint: `end ${sessions === 1 ? "it" : "them"} first, or force it: claude-bottle ${what} --force`,
    });
}
