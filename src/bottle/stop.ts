import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { backgroundLines, endBackground } from "./background.ts";
import type { BottleContext } from "./context.ts";
import { endAction } from "./end-actions.ts";
import { holdBottle } from "./hold.ts";
import { hooksAfterStop } from "./hooks.ts";
import { type Action, linesOf, perform } from "./perform.ts";
import { isStillThere, takeDown } from "./ready.ts";
import { stopSteps } from "./steps.ts";
import { refuseUnrecorded } from "./unrecorded.ts";
import { Undo } from "./undo.ts";

type Options = { readonly force: boolean };

/** Stops the bottle; false if it no longer exists. Throws UserError while sessions run in it, unless `force` is set. */
export const stopBottle = (system: System, asked: BottlePlan, options: Options): Promise<boolean> =>
  holdBottle(system, asked.name, async ({ signal, discard }) => {
    using ledger = new Ledger(system);
    const plan = ledger.bottle(asked.name)?.plan ?? asked;
    const context = { system, ledger, backend: await backendOf(system, plan.backend) };
    if (!(await isStillThere(context, plan.name))) return (discard(), false);
    if (!ledger.bottle(plan.name))
      await refuseUnrecorded(context, plan, await context.backend.find(plan.name), { command: "stop", ...options });
    await endBackground(context, plan, { command: "stop", ...options });
    takeDown(ledger, plan.name, { command: "stop", ...options });
    await Undo.guard(async (undo) => perform(await actionsOf(context, plan, options), plan, { signal, undo }));
    return true;
  });

/** The commands that `stopBottle` would run, one per line. */
export async function stopLines(system: System, plan: BottlePlan, options: Options): Promise<string[]> {
  using ledger = new Ledger(system);
  const context = { system, ledger, backend: await backendOf(system, plan.backend) };
  return [...(await backgroundLines(context, plan)), ...linesOf(await actionsOf(context, plan, options), plan)];
}

async function actionsOf(context: BottleContext, made: BottlePlan, { force }: Options): Promise<Action[]> {
  const { commands, files } = await hooksAfterStop(context.system, made);
  const ending = { made, hookFiles: files };
  return stopSteps(made, { hooks: commands, force }).map((step) => endAction(context, step, ending));
}
