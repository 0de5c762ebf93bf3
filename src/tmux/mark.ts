import { UserError } from "../errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SessionPlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { tagArgv } from "./argv.ts";
import { ownPane } from "./asked.ts";
import { Tmux } from "./tmux.ts";

const tags = ({ bottle, id, kind }: SessionPlan) => ({ "": bottle, session: id, kind });
const noTags = { "": undefined, session: undefined, kind: undefined };

/**
 * Notes in the ledger which pane shows the session, and in the pane's options which session it shows. A session goes on
 * without either. The result takes the options back.
 */
export function markPane(system: System, ledger: Ledger, session: SessionPlan): () => Promise<void> {
  const marked = quietly(async () => {
    const tmux = Tmux.connect(system);
    const pane = tmux && (await ownPane(system, tmux));
    if (tmux === undefined || pane === undefined) return undefined;
    ledger.placeSession(session.id, { id: pane, server: tmux.server });
    await tmux.run(...tagArgv(pane, tags(session)));
    return () => tmux.run(...tagArgv(pane, noTags));
  });
  return async () => {
    const unmark = await marked;
    if (unmark) await quietly(unmark);
  };
}

async function quietly<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
