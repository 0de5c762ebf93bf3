import type { BottlePlan } from "../plan/plan.ts";
import type { BottleContext } from "./context.ts";
import { desiredOf, observeReady } from "./observe.ts";
import { warnOfDifferences } from "./ready.ts";
import { startSteps } from "./steps.ts";
import type { Target } from "./target.ts";

/**
 * Makes the directory's bottle ready for a session and returns its plan. Makes no backend call if nothing is due. `fresh` replaces the bottle. A
 * failure or an interrupt leaves everything as it was.
 */
export async function bringUp(
  context: BottleContext,
  target: Target,
  options: { readonly fresh: boolean; readonly keepsClaude?: boolean },
): Promise<BottlePlan> {
  const { plan } = target;
  const found = options.fresh ? undefined : await observeReady(context, plan.name);
  if (found && startSteps(await desiredOf(context, target, options), found).length === 0)
    return warnOfDifferences(context, found.made, plan);
  // Loaded only if there is work to do: a warm start, the usual case, waits for every module that is loaded.
  const { makeReady } = await import("./make-ready.ts");
  return makeReady(context, target, options);
}
