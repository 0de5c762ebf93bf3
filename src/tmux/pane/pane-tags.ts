import { UserError } from "../../errors.ts";
import type { Ledger, Pane, SessionRecord } from "../../ledger/ledger.ts";
import type { SessionPlan } from "../../plan/plan.ts";
import { terminalName } from "../../system/process.ts";
import type { System } from "../../system/system.ts";
import { tagOwnArgv, tmuxArgv } from "../argv.ts";
import { Tmux } from "../tmux.ts";

const tags = ({ bottle, id, kind }: SessionPlan) => ({ "": bottle, session: id, kind });
const noTags = { "": undefined, session: undefined, kind: undefined };

/** The pane that we are in by what our environment says, and how to ask its tmux; undefined outside tmux. */
function claimedPane(system: System): { readonly tmux: Tmux; readonly pane: Pane } | undefined {
  const id = system.env.TMUX_PANE;
  const terminal = terminalName();
  if (!id || terminal === undefined) return undefined;
  try {
    const tmux = Tmux.connect(system);
    return tmux && { tmux, pane: { id, terminal, server: tmux.server } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

/**
 * The pane for the ledger, and the command that notes in the pane's options which session it shows. Nothing waits for that one, and it
 * does nothing in a pane that is not ours: TMUX_PANE may have been inherited from another one.
 */
export function paneOf(
  system: System,
  session: SessionPlan,
): { readonly pane: Pane; readonly tag: readonly string[] } | undefined {
  const claimed = claimedPane(system);
  if (!claimed) return undefined;
  const { tmux, pane } = claimed;
  return { pane, tag: tmuxArgv(tmux.reach, [tagOwnArgv(pane.id, pane.terminal, tags(session))]) };
}

/** Takes the options back. A session ends well without. */
export async function unmarkPane(system: System): Promise<void> {
  const claimed = claimedPane(system);
  try {
    await claimed?.tmux.run(tagOwnArgv(claimed.pane.id, claimed.pane.terminal, noTags));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/** The session that the pane shows. Throws UserError where there is no such pane. */
export async function sessionShown(tmux: Tmux, ledger: Ledger, pane: string): Promise<SessionRecord | undefined> {
  const { pane_tty: terminal } = await tmux.mustAsk(pane, ["pane_tty"]);
  return ledger.sessionIn({ id: pane, terminal, server: tmux.server });
}
