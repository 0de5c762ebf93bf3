import type { Session } from "../../activity/sessions.ts";
import { Attention } from "../../ledger/attention.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { appendTo } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { messageArgv } from "../argv.ts";
import { needsUser } from "../messages.ts";
import type { Tmux } from "../tmux.ts";
import { inNeed, isOf } from "./next.ts";
import { desktopNotice, outerNotice, runNotifier } from "./notice.ts";

type Client = {
  readonly name: string;
  readonly terminal: string;
  readonly window: string;
  readonly isFocused: boolean;
  /** The client's terminal: its own name for itself, or TERM. */
  readonly kind: string;
};

const separator = "\t";

/**
 * Updates the panes' options, and reports each session that has begun to need the user, once across all callers. Does nothing if its pane is visible;
 * rings a bell and shows a line if the user is elsewhere in tmux; sends a desktop notification if the user is in no client.
 */
export async function tellSessions(
  system: System,
  tmux: Tmux,
  ledger: Ledger,
  sessions: readonly Session[],
): Promise<void> {
  const here = sessions.filter((session) => isOf(tmux, session));
  const [clients, panes] = await lookAt(tmux);
  const marks = here.flatMap(({ pane, state }) => {
    const shown = pane && panes.get(pane.id);
    const isIts = shown !== undefined && shown.terminal === pane?.terminal && shown.state !== state;
    return isIts ? [["set-option", "-p", "-t", pane.id, "@claude-bottle-state", state]] : [];
  });
  if (marks.length > 0) await tmux.run(...marks);
  const attention = new Attention(ledger);
  let isTold = false;
  for (const session of inNeed(sessions)) {
    const pane = isOf(tmux, session) ? session.pane : undefined;
    const shown = pane && panes.get(pane.id);
    const isInSight =
      shown !== undefined && clients.some(({ window, isFocused }) => window === shown.window && isFocused);
    if (isInSight && session.state === "done") attention.noteSeen(session.id, system.now());
    if (!attention.claimNotice(session.id, session.since) || isInSight) continue;
    isTold = true;
    await tell(system, tmux, clients, { text: needsUser(session), terminal: shown?.terminal });
  }
  if (marks.length > 0 || isTold) await redraw(tmux, clients);
}

async function lookAt(tmux: Tmux): Promise<[Client[], ReadonlyMap<string, { window: string; terminal: string; state: string }>]> {
  const fields = (names: readonly string[]) => names.map((name) => `#{${name}}`).join(separator);
  const rows = (printed: string) => printed.split("\n").filter(Boolean).map((line) => line.split(separator));
  const clients = rows(
    await tmux.run(["list-clients", "-F", fields(["client_name", "client_tty", "window_id", "client_flags", "client_control_mode", "client_termtype", "client_termname"])]),
  );
  const panes = rows(await tmux.run(["list-panes", "-a", "-F", fields(["pane_id", "window_id", "pane_tty", "@claude-bottle-state"])]));
  return [
    clients
      .filter(([, , , , isControl]) => isControl !== "1")
      .map(([name = "", terminal = "", window = "", flags = "", , type = "", term = ""]) => ({
        name, terminal, window, isFocused: flags.split(",").includes("focused"), kind: type || term,
      })),
    new Map(panes.map(([id = "", window = "", terminal = "", state = ""]) => [id, { window, terminal, state }])),
  ];
} // prettier-ignore

async function tell(
  system: System,
  tmux: Tmux,
  clients: readonly Client[],
  { text, terminal }: { readonly text: string; readonly terminal: string | undefined },
): Promise<void> {
  // tmux takes the bell for the pane's own output, and marks its window. One byte is safe in the middle of any output.
  if (terminal !== undefined) appendTo(terminal, "\x07");
  for (const { name } of clients) await tmux.run(messageArgv(name, text)).catch(() => {});
  if (clients.some(({ isFocused }) => isFocused)) return;
  const outer = clients.flatMap(({ terminal, kind }) => {
    const sequence = outerNotice(kind, text);
    return sequence === undefined ? [] : [{ terminal, sequence }];
  });
  for (const { terminal, sequence } of outer) appendTo(terminal, sequence);
  if (outer.length === 0) await desktopNotice(system, text);
  await runNotifier(system, text);
}

async function redraw(tmux: Tmux, clients: readonly Client[]): Promise<void> {
  for (const { name } of clients) await tmux.run(["refresh-client", "-S", "-t", name]).catch(() => {});
}
