import type { BottlePlan } from "../plan/plan.ts";
import type { BottleContext } from "./context.ts";
import { desiredOf, observeReady } from "./observe.ts";
import { warnOfDifferences } from "./ready.ts";
import { startSteps } from "./steps.ts";
import type { Target } from "./target.ts";

/**
 * The plan of the directory's bottle, which is ready for a session then. A bottle of which nothing is due costs no call of the backend.
 * `fresh` replaces the bottle. A failure or an interrupt leaves what was there before, and no more.
 */
export async function bringUp(
  context: BottleContext,
  target: Target,
  options: { fresh: boolean },
): Promise<BottlePlan> {
  const { plan } = target;
  const found = options.fresh ? undefined : await observeReady(context, plan.name);
  if (found && startSteps(desiredOf(context, target, options), found).length === 0)
    return warnOfDifferences(context, found.made, plan);
  // Loaded when there is something to do: a warm start, as most are, waits for every module.
  const { makeReady } = await import("./make-ready.ts");
  return makeReady(context, target, options);
}
