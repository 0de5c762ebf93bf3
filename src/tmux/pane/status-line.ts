import { listSessions } from "../../activity/sessions.ts";
import { Ledger } from "../../ledger/ledger.ts";
import type { System } from "../../system/system.ts";
import { renderStatus, type Working, workingIn } from "./status.ts";

/** Prints the segment of status-right; `json` prints it in its own way. */
export async function printStatus(system: System, json?: (working: readonly Working[]) => string): Promise<void> {
  using ledger = new Ledger(system);
  const sessions = await listSessions(system, ledger, { poll: false });
  const working = workingIn(sessions);
  if (json) return system.out(json(working));
  const waiting = sessions.filter(({ state }) => state === "waiting").length;
  const text = renderStatus(working, waiting);
  system.out(text && `${text}\n`);
  // tmux calls this every few seconds, so a user without other notifications is notified from here.
  if (sessions.every(({ state }) => state === "ended" || state === "idle" || state === "working")) return;
  const [{ Tmux }, { tellSessions }] = await Promise.all([import("../tmux.ts"), import("./tell.ts")]);
  const tmux = Tmux.connect(system);
  if (tmux) await tellSessions(system, tmux, ledger, sessions);
}
