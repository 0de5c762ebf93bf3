import { UserError } from "../errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SessionPlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { tagArgv } from "./argv.ts";
import { ownPane } from "./asked.ts";
import { Tmux } from "./tmux.ts";

const tags = ({ bottle, id, kind }: SessionPlan) => ({ "": bottle, session: id, kind });
const noTags = { "": undefined, session: undefined, kind: undefined };

/** Notes in the ledger which pane shows the session, and in the pane's options which session it shows. A session goes on without either. */
export const markPane = (system: System, ledger: Ledger, session: SessionPlan): Promise<void> =>
  inOwnPane(system, async (tmux, pane) => {
    ledger.placeSession(session.id, { id: pane, server: tmux.server });
    await tmux.run(...tagArgv(pane, tags(session)));
  });

/** Takes the options back. */
export const unmarkPane = (system: System): Promise<void> =>
  inOwnPane(system, async (tmux, pane) => void (await tmux.run(...tagArgv(pane, noTags))));

async function inOwnPane(system: System, act: (tmux: Tmux, pane: string) => Promise<void>): Promise<void> {
  try {
    const tmux = Tmux.connect(system);
    const pane = tmux && (await ownPane(system, tmux));
    if (tmux && pane !== undefined) await act(tmux, pane);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
