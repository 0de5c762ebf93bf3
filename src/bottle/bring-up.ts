import { UserError } from "../errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { differences, refuseImpossible } from "../plan/bottle.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { askedNetwork, changesNetwork } from "./network.ts";
import type { Target } from "../session/launch.ts";
import { dueSteps } from "./provision.ts";
import type { Tools } from "./context.ts";

/**
 * The plan that the directory's bottle was made from, with its machine running and ready. A bottle that we made ready
 * and whose host process still lives costs no call of the backend. `fresh` remakes the bottle.
 * A failure or an interrupt leaves what was there before, and no more.
 */
export async function bringUp(tools: Tools, target: Target, options: { fresh: boolean }): Promise<BottlePlan> {
  const { plan } = target;
  /** Where nothing is started before a session, a bottle starts with its first one. */
  const dueIn = (ready: BottlePlan) => dueSteps(ready, target.provision, isIdleSandbox(tools, plan.name));
  const isHookDue = () => target.hooks["before-start"] !== undefined && isIdleSandbox(tools, plan.name);
  const warm = options.fresh ? undefined : await readyPlan(tools, plan.name);
  if (warm && !changesNetwork(tools.backend, warm, plan) && dueIn(warm).length === 0 && !isHookDue())
    return warnOfDifferences(tools, warm, plan);
  // Loaded when there is something to do: a warm start, as most are, waits for every module.
  const { makeReady } = await import("./make-ready.ts");
  return makeReady(tools, target, options, { dueIn, isHookDue });
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

export async function readyPlan({ backend, ledger }: Tools, name: string): Promise<BottlePlan | undefined> {
  const record = ledger.bottle(name);
  return record && (await backend.isReady(record.plan, record.machine)) ? record.plan : undefined;
}

export function warnOfDifferences(
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

/** Throws UserError while somebody works in the bottle. */
export function refuseBusy(ledger: Ledger, name: string, what: string): void {
  const sessions = ledger.sessions(name).length;
  if (sessions > 0)
    throw new UserError(`bottle "${name}" has ${sessions} running session${sessions === 1 ? "" : "s"}`, {
      hint: `end ${sessions === 1 ? "it" : "them"} first, or force it: claude-bottle ${what} --force`,
    });
}
