import { UserError } from "../errors.ts";
import type { Ledger, Pane } from "../ledger/ledger.ts";
import type { SessionPlan } from "../plan/plan.ts";
import { terminalName } from "../system/process.ts";
import type { System } from "../system/system.ts";
import { tagOwnArgv } from "./argv.ts";
import { Tmux } from "./tmux.ts";

const tags = ({ bottle, id, kind }: SessionPlan) => ({ "": bottle, session: id, kind });
const noTags = { "": undefined, session: undefined, kind: undefined };

/** Notes in the ledger which pane shows the session, and in the pane's options which session it shows. A session goes on without either. */
export async function markPane(system: System, ledger: Ledger, session: SessionPlan): Promise<void> {
  const pane = await tagOwnPane(system, tags(session));
  if (pane) ledger.placeSession(session.id, pane);
}

/** Takes the options back. */
export const unmarkPane = async (system: System): Promise<void> => void (await tagOwnPane(system, noTags));

/** Undefined where we are in no pane. TMUX_PANE is not enough: it may have been inherited from another one. */
async function tagOwnPane(system: System, wanted: Parameters<typeof tagOwnArgv>[2]): Promise<Pane | undefined> {
  const id = system.env.TMUX_PANE;
  const terminal = terminalName();
  if (!id || terminal === undefined) return undefined;
  try {
    const tmux = Tmux.connect(system);
    const shown = await tmux?.run(...tagOwnArgv(id, terminal, wanted));
    return tmux && shown?.trim() === terminal ? { id, server: tmux.server } : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}
