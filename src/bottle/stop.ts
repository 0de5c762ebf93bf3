import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import { type BottlePlan, losesCopyByStop } from "../plan/plan.ts";
import { pullBeforeRemoval } from "../sync/travel.ts";
import type { System } from "../system/system.ts";
import { endBackground } from "./background.ts";
import { holdBottle } from "./hold.ts";
import { runAfterStop } from "./hooks.ts";
import { isStillThere, takeDown } from "./ready.ts";
import { inform } from "../ui/messages.ts";

/** Stops the bottle; false where there is none any more. Throws UserError while sessions run in it, unless `force` is set. */
export const stopBottle = (system: System, { name, ...asked }: BottlePlan, { force }: { force: boolean }): Promise<boolean> =>
  holdBottle(system, name, async ({ signal, discard }) => {
    using ledger = new Ledger(system);
    const plan = ledger.bottle(name)?.plan ?? { name, ...asked };
    const backend = await backendOf(system, plan.backend);
    if (!(await isStillThere({ backend, ledger }, name))) return discard(), false;
    await endBackground({ system, backend, ledger }, plan, { command: "stop", force });
    takeDown(ledger, name, { command: "stop", force });
    if (losesCopyByStop(plan) && !force) await pullBeforeRemoval({ system, backend }, plan, "stop");
    await backend.stop(name, { signal });
    ledger.note(name, "stopped");
    inform(system, `stopped bottle "${name}"`);
    await runAfterStop(system, plan);
    return true;
  }); // prettier-ignore
