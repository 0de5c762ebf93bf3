import { forgetPolled } from "../activity/read.ts";
import type { Machine } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { forgetTraps } from "../project/trap-watch.ts";
import { forgetBaseline } from "../sync/baseline.ts";
import { forgetView, settleRefs } from "../project/shared-repository.ts";
import { removeLock } from "../system/lock.ts";
import type { System } from "../system/system.ts";
import { backgroundLines, endBackground, workIn } from "./background.ts";
import type { BottleContext } from "./context.ts";
import { type Ending, endAction } from "./end-actions.ts";
import { type Hold, holdBottle } from "./hold.ts";
import { hooksAfterStop } from "./hooks.ts";
import { type Action, linesOf, perform } from "./perform.ts";
import { takeDown } from "./ready.ts";
import { removeMachine } from "./remove-machine.ts";
import { removalSteps } from "./steps.ts";
import { refuseUnrecorded } from "./unrecorded.ts";
import { Undo } from "./undo.ts";

export type Removal = {
  /** Remove it even if sessions run in it or files exist only there. */
  readonly force: boolean;
  readonly keepClaude: boolean;
} & Pick<Ending, "onLosses" | "onRemoved">;

/** False if the bottle no longer exists. Throws UserError, and removes nothing, if something would be lost. */
export const removeBottle = (system: System, asked: BottlePlan, removal: Removal): Promise<boolean> =>
  holdBottle(system, asked.name, async (hold) => {
    // Undo steps write to it as well.
    using ledger = new Ledger(system);
    return await Undo.guard(async (undo) => {
      const { name } = asked;
      const record = ledger.bottle(name);
      const made = record?.plan ?? asked;
      const context = { system, ledger, backend: await backendOf(system, made.backend) };
      const machine = await context.backend.find(name);
      if (!record && !machine) return (hold.discard(), false);
      await refuseUnrecorded(context, made, machine, { command: "rm", force: removal.force });
      await endBackground(context, made, { command: "rm", force: removal.force });
      takeDown(ledger, name, { command: "rm", force: removal.force });
      undo.add(async () => ledger.setReady(name, record?.isReady ?? false));
      const onRemoved = () => {
        settleRefs(made);
        forgetTraces(system, name, hold);
      };
      const actions = await actionsOf(context, { made, machine }, { ...removal, onRemoved });
      await perform(actions, made, { signal: hold.signal, undo });
      return true;
    });
  });

/** The commands that `removeBottle` would run, one per line. */
export async function removalLines(system: System, made: BottlePlan, removal: Removal): Promise<string[]> {
  using ledger = new Ledger(system);
  const context = { system, ledger, backend: await backendOf(system, made.backend) };
  const machine = await context.backend.find(made.name);
  const actions = await actionsOf(context, { made, machine }, removal);
  return [...(await backgroundLines(context, made)), ...linesOf(actions, made)];
}

async function actionsOf(
  context: BottleContext,
  { made, machine }: { readonly made: BottlePlan; readonly machine: Machine | undefined },
  { force, keepClaude, onLosses, onRemoved }: Removal,
): Promise<Action[]> {
  const { commands: hooks, files: hookFiles } = await hooksAfterStop(context.system, made);
  const keepsClaude = keepClaude || (made.keepsClaude ?? false);
  const steps = removalSteps(made, {
    force,
    keepsClaude,
    tellsLosses: onLosses !== undefined,
    hooks,
    state: machine?.state ?? "none",
  });
  return steps.map((step) => endAction(context, step, { made, hookFiles, onLosses, onRemoved }));
}

function forgetTraces(system: System, name: string, hold: Hold): void {
  forgetBaseline(system, name);
  forgetPolled(system, name);
  forgetTraps(system, name);
  forgetView(system, name);
  removeLock(system, `${name}-copy`);
  hold.discard();
}

/**
 * For `gc` and `uninstall`: removes the bottle without checking what it holds, unless sessions run in it or it is in use again. Returns whether it is
 * gone.
 */
export const clearBottle = (
  system: System,
  { name, backend }: Pick<BottlePlan, "name" | "backend">,
  isNeeded: () => boolean = () => false,
): Promise<boolean> =>
  holdBottle(system, name, async (hold) => {
    using ledger = new Ledger(system);
    if (isNeeded() || (await workIn({ system, ledger }, name)).length > 0 || ledger.takeDown(name) > 0) return false;
    await removeMachine({ backend: await backendOf(system, backend), ledger }, name, { signal: hold.signal });
    forgetTraces(system, name, hold);
    return true;
  });

/** Forgets the record of a bottle whose machine is gone. False if the machine exists after all. */
export const forgetRecord = (system: System, { name, backend }: Pick<BottlePlan, "name" | "backend">): Promise<boolean> =>
  holdBottle(system, name, async (hold) => {
    using ledger = new Ledger(system);
    if ((await (await backendOf(system, backend)).find(name)) || ledger.takeDown(name) > 0) return false;
    ledger.forgetBottle(name);
    forgetTraces(system, name, hold);
    return true;
  }); // prettier-ignore
