import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import { printable } from "../lib/quote.ts";
import type { System } from "../system/system.ts";

type End = {
  readonly code: number;
  /** The client may have lost the session. */
  readonly isDoubtful?: boolean;
};

/** What is left to do when a session has ended. Returns its status, which stands, whatever happens here. */
export async function noteEnd(system: System, session: string, { code, isDoubtful = false }: End): Promise<number> {
  let status = code;
  try {
    using ledger = new Ledger(system);
    const ended = ledger.closeSession(session, code);
    const plan = ended && ledger.bottle(ended.bottle)?.plan;
    const isDue = isDoubtful || code > 128 || plan?.copied;
    const backend = plan && isDue ? await backendOf(system, plan.backend) : undefined;
    if (plan && isDoubtful && (await backend?.explainLoss?.(plan, session, code))) status = code || 1;
    if (plan && code > 128) await backend?.endSession?.(session);
    if (ended && backend && plan?.copied) {
      const { pullAfterSession } = await import("../sync/travel.ts");
      await pullAfterSession({ system, backend }, plan, ended.kind);
    }
    if (ended?.traps && plan)
      (await import("./git-traps.ts")).tellTraps(system, JSON.parse(ended.traps), plan.directory);
    if (system.env.TMUX) await (await import("../tmux/pane/pane-tags.ts")).unmarkPane(system);
  } catch (error) {
    system.err(
      `claude-bottle: the session's end: ${printable(error instanceof Error ? error.message : String(error))}\n`,
    );
  }
  return status;
}
