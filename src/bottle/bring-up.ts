import type { BottlePlan } from "../plan/plan.ts";
import type { BottleContext } from "./context.ts";
import { changesNetwork } from "./network.ts";
import { dueSteps } from "./provision.ts";
import { isIdleSandbox, readyPlan, warnOfDifferences } from "./ready.ts";
import type { Target } from "./target.ts";

/**
 * The plan that the directory's bottle was made from, with its machine running and ready. A bottle that we made ready
 * and whose host process still lives costs no call of the backend. `fresh` remakes the bottle.
 * A failure or an interrupt leaves what was there before, and no more.
 */
export async function bringUp(tools: BottleContext, target: Target, options: { fresh: boolean }): Promise<BottlePlan> {
  const { plan } = target;
  /** Where nothing is started before a session, a bottle starts with its first one. */
  const dueIn = (ready: BottlePlan) => dueSteps(ready, target.provision, isIdleSandbox(tools, plan.name));
  const isHookDue = () => target.hooks.commands["before-start"] !== undefined && isIdleSandbox(tools, plan.name);
  const warm = options.fresh ? undefined : await readyPlan(tools, plan.name);
  if (warm && !changesNetwork(tools.backend, warm, plan) && dueIn(warm).length === 0 && !isHookDue())
    return warnOfDifferences(tools, warm, plan);
  // Loaded when there is something to do: a warm start, as most are, waits for every module.
  const { makeReady } = await import("./make-ready.ts");
  return makeReady(tools, target, options, { dueIn, isHookDue });
}
