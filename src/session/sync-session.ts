import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { syncProject } from "../sync/sync.ts";
import type { System } from "../system/system.ts";

/** Brings the project and the copy of a running session's bottle together, and keeps what would be lost with the bottle's place. */
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
    // The next one, or the session's end, finds the same and says so.
    if (!(error instanceof UserError)) throw error;
  }
}
