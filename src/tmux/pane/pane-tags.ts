import { UserError } from "../../errors.ts";
import type { Ledger, Pane, SessionRecord } from "../../ledger/ledger.ts";
import type { SessionPlan } from "../../plan/plan.ts";
import { terminalName } from "../../system/process.ts";
import type { System } from "../../system/system.ts";
import { tagOwnArgv, tmuxArgv } from "../argv.ts";
import { Tmux } from "../tmux.ts";

const tags = ({ bottle, id, kind }: SessionPlan) => ({ "": bottle, session: id, kind });
const noTags = { "": undefined, session: undefined, kind: undefined };

/** The pane that our environment names, and how to ask its tmux; undefined outside tmux. */
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
 * The pane for the ledger, and the command that sets the session in the pane's options. Nothing waits for that command, and it does nothing if
 * TMUX_PANE was inherited from another pane.
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

/** Removes the options. A failure does not matter. */
export async function unmarkPane(system: System): Promise<void> {
  const claimed = claimedPane(system);
  try {
    await claimed?.tmux.run(tagOwnArgv(claimed.pane.id, claimed.pane.terminal, noTags));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/** The session that the pane shows. Throws UserError if the pane does not exist. */
export async function sessionShown(tmux: Tmux, ledger: Ledger, pane: string): Promise<SessionRecord | undefined> {
  const { pane_tty: terminal } = await tmux.mustAsk(pane, ["pane_tty"]);
  return ledger.sessionIn({ id: pane, terminal, server: tmux.server });
}
