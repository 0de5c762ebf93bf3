import { listSessions, type Session } from "../../activity/sessions.ts";
import { Attention } from "../../ledger/attention.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { System } from "../../system/system.ts";
import { openArgv } from "../argv.ts";
import type { Tmux } from "../tmux.ts";
import { tell } from "./message.ts";
import { holderArgv, startingIn } from "./open.ts";
import { noneWaits, noOtherWaits } from "../messages.ts";

const needs = ["waiting", "failed", "done"];

/** The sessions that need the user: first questions, then failures, then finished turns; the longest wait first. */
export const inNeed = (sessions: readonly Session[]): Session[] =>
  sessions
    .filter(({ kind, state }) => kind === "agent" && needs.includes(state))
    .toSorted((one, other) => needs.indexOf(one.state) - needs.indexOf(other.state) || one.since - other.since);

/** The session after the one on the screen, starting over at the end. */
export function nextAfter(sessions: readonly Session[], current: string | undefined): Session | undefined {
  const at = sessions.findIndex(({ id }) => id === current);
  return sessions[(at + 1) % sessions.length];
}

/** Shows the client the session that has waited longest; the next time, the one after it. */
export async function showNext(
  system: System,
  tmux: Tmux,
  ledger: Ledger,
  { pane, client }: { readonly pane: string; readonly client: string },
): Promise<void> {
  const isHere = (session: Session) => session.pane === undefined || isOf(tmux, session);
  const waiting = inNeed(await listSessions(system, ledger, { poll: false })).filter(isHere);
  const current = waiting.find((session) => session.pane?.id === pane);
  const next = nextAfter(waiting, current?.id);
  if (!next) return await tell(tmux, client, noneWaits);
  new Attention(ledger).noteSeen(next.id, system.now());
  if (next.pane !== undefined) await tmux.run(["switch-client", "-c", client, "-t", next.pane.id]);
  else await openBackground(system, tmux, next, { pane, client });
  if (waiting.length === 1 && current) await tell(tmux, client, noOtherWaits);
}

export const isOf = ({ server }: Tmux, { pane }: Session): boolean =>
  pane !== undefined && pane.server.pid === server.pid && pane.server.started === server.started;

/** Opens a window for a background session. Closing it leaves the session running. */
async function openBackground(
  system: System,
  tmux: Tmux,
  { id, directory, name }: Session,
  { pane, client }: { readonly pane: string; readonly client: string },
): Promise<void> {
  const seen = await tmux.mustAsk(pane, ["window_id", "session_path"]);
  const command = startingIn(seen.session_path, holderArgv(system, directory, ["attach", id]));
  const window = {
    place: "window",
    pane,
    window: seen.window_id,
    zoomed: false,
    client,
    name: name ?? id,
    command,
  } as const;
  await tmux.runIn(directory, openArgv(window));
}
