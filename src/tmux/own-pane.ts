import { terminalName } from "../system/process.ts";
import type { System } from "../system/system.ts";
import type { Tmux } from "./tmux.ts";

/**
 * The pane that we run in. TMUX_PANE is not enough: whatever tmux starts outside a pane, and a terminal that was opened
 * from one, may have inherited another pane's.
 */
export async function ownPane(system: System, tmux: Tmux): Promise<string | undefined> {
  const pane = system.env.TMUX_PANE;
  const terminal = terminalName();
  if (!pane || terminal === undefined) return undefined;
  const seen = await tmux.ask(pane, ["pane_tty"]);
  return seen?.pane_tty === terminal ? pane : undefined;
}
