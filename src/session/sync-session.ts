import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { syncProject } from "../sync/sync.ts";
import type { System } from "../system/system.ts";

/** Synchronises the project with the copy in the bottle of a running session, and saves what would be lost if the pod moved. */
export async function syncSession(system: System, session: string): Promise<void> {
  using ledger = new Ledger(system);
  const bottle = ledger.sessions().find(({ id }) => id === session)?.bottle;
  const plan = bottle === undefined ? undefined : ledger.bottle(bottle)?.plan;
  if (!plan?.copied) return;
  const backend = await backendOf(system, plan.backend);
  try {
    await syncProject(system, backend, plan);
    await backend.keep?.(plan);
  } catch (error) {
    // The next run, or the end of the session, meets the same error and reports it.
    if (!(error instanceof UserError)) throw error;
  }
}
