import type { StepOptions } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { Losses } from "../plan/losses.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { forgetBaseline } from "../sync/baseline.ts";
import { pullBeforeRemoval } from "../sync/travel.ts";
import { removeLock } from "../system/lock.ts";
import { endProcess, isAlive } from "../system/process.ts";
import type { System } from "../system/system.ts";
import { endBackground, workIn } from "./background.ts";
import type { BottleContext } from "./context.ts";
import { type Hold, holdBottle } from "./hold.ts";
import { runAfterStop } from "./hooks.ts";
import { keepClaude } from "./kept-claude.ts";
import { assertNothingLost, findLosses } from "./losses.ts";
import { isStillThere, takeDown } from "./ready.ts";
import { inform } from "../ui/messages.ts";

/** The machine, and what is left of its process: a backend has been seen to leave it behind. Its lock is held. */
export async function removeMachine(
  { backend, ledger }: Omit<BottleContext, "system">,
  name: string,
  options: StepOptions = {},
): Promise<void> {
  const machine = ledger.bottle(name)?.machine;
  await backend.remove(name, options);
  if (machine && isAlive(machine)) await endProcess(machine);
  ledger.forgetBottle(name);
}

export type Removal = {
  /** Even while sessions run in it, and with what is only in it. */
  readonly force: boolean;
  readonly keepClaude: boolean;
  /** Gets what is only in the bottle, before anything is removed. */
  readonly onLosses?: ((losses: Losses | undefined) => void) | undefined;
};

/** False where there is no such bottle any more. Throws UserError, with all still there, for what would be lost with it. */
export const removeBottle = (system: System, asked: BottlePlan, options: Removal): Promise<boolean> =>
  holdBottle(system, asked.name, async (hold) => {
    const { name } = asked;
    using ledger = new Ledger(system);
    const record = ledger.bottle(name);
    const plan = record?.plan ?? asked;
    const context = { system, ledger, backend: await backendOf(system, plan.backend) };
    if (!(await isStillThere(context, name))) return (hold.discard(), false);
    await endBackground(context, plan, { command: "rm", force: options.force });
    takeDown(ledger, name, { command: "rm", force: options.force });
    try {
      await rescue(context, plan, { ...options, signal: hold.signal });
    } catch (error) {
      if (record?.isReady) ledger.setReady(name, true);
      throw error;
    }
    await removeMachine(context, name, { signal: hold.signal });
    forgetTraces(system, name, hold);
    inform(system, `removed bottle "${name}"`);
    await runAfterStop(system, plan);
    return true;
  });

/** What is worth keeping of a bottle that goes. */
async function rescue(
  { system, backend, ledger }: BottleContext,
  plan: BottlePlan,
  { force, keepClaude: keepsNow, onLosses, signal }: Removal & { readonly signal: AbortSignal },
): Promise<void> {
  const keeps = keepsNow || (plan.keepsClaude ?? false);
  if (!force) await pullBeforeRemoval({ system, backend }, ledger.bottle(plan.name)?.plan);
  const losses = force && !onLosses ? undefined : await findLosses(backend, plan, { mayStart: true, keeps, signal });
  onLosses?.(losses);
  if (!force && losses) assertNothingLost(plan, losses);
  if (keeps) await keepClaude({ system, backend }, plan, { signal });
}

function forgetTraces(system: System, name: string, hold: Hold): void {
  forgetBaseline(system, name);
  removeLock(system, `${name}-copy`);
  hold.discard();
}

/** Without asking what is in it, unless sessions run in it or it is needed again: whether it is gone. For `gc` and `uninstall`. */
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

/** The record of a bottle whose machine is gone: whether it was so still, and is forgotten. */
export const forgetRecord = (system: System, { name, backend }: Pick<BottlePlan, "name" | "backend">): Promise<boolean> =>
  holdBottle(system, name, async (hold) => {
    using ledger = new Ledger(system);
    if ((await (await backendOf(system, backend)).find(name)) || ledger.takeDown(name) > 0) return false;
    ledger.forgetBottle(name);
    forgetTraces(system, name, hold);
    return true;
  }); // prettier-ignore
