import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import { printable } from "../lib/quote.ts";
import type { System } from "../system/system.ts";

/** What is left to do when a session has ended. Its own status stands, whatever happens here. */
export async function noteEnd(system: System, session: string, code: number): Promise<void> {
  try {
    using ledger = new Ledger(system);
    const ended = ledger.closeSession(session, code);
    const plan = ended && ledger.bottle(ended.bottle)?.plan;
    if (plan && code > 128) await (await backendOf(system, plan.backend)).endSession?.(session);
    if (ended && plan?.copied) {
      const { pullAfterSession } = await import("../sync/travel.ts");
      await pullAfterSession({ system, backend: await backendOf(system, plan.backend) }, plan, ended.kind);
    }
    if (ended?.traps && plan)
      (await import("./git-traps.ts")).tellTraps(system, JSON.parse(ended.traps), plan.directory);
    if (system.env.TMUX) await (await import("../tmux/pane/pane-tags.ts")).unmarkPane(system);
  } catch (error) {
    system.err(
      `claude-bottle: the session's end: ${printable(error instanceof Error ? error.message : String(error))}\n`,
    );
  }
}
