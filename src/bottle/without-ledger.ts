import { Ledger } from "../ledger/ledger.ts";
import { ledgerTrouble } from "../ledger/errors.ts";
import type { System } from "../system/system.ts";
import { warn } from "../ui/messages.ts";
import { withoutLedger } from "./messages.ts";

/**
 * Runs what frees space or takes bottles down even if the ledger is damaged or its disk is full: then with an empty ledger in memory. The backends know the
 * bottles, and each bottle its sessions.
 */
export async function evenWithoutLedger<T>(system: System, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const trouble = ledgerTrouble(system.env, error);
    if (!trouble || Ledger.isInMemory) throw error;
    warn(system, ...withoutLedger(trouble));
    Ledger.isInMemory = true;
    return await work();
  }
}
