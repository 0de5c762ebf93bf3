import { UserError } from "../../errors.ts";
import { terminalName } from "../../system/process.ts";
import type { System } from "../../system/system.ts";
import { reportingTo } from "./message.ts";
import { Tmux } from "../tmux.ts";
import { work } from "../../ui/work.ts";
import { notInTmux, wrongPane, whichPane, noClientHere } from "../errors.ts";

/** How a key binding names its pane and client. */
export const paneArgs = {
  pane: { type: "string", valueHint: "PANE", description: "the pane, such as %3; defaults to this one" },
  client: { type: "string", valueHint: "CLIENT", description: "the client to show an error to" },
} as const;

export function requireTmux(system: System): Tmux {
  const tmux = Tmux.connect(system);
  if (tmux) return tmux;
  throw notInTmux();
}

/**
 * The pane that we run in. TMUX_PANE alone is not enough: a process that tmux starts outside a pane, or a terminal that was opened from one, may have
 * inherited it.
 */
export async function ownPane(system: System, tmux: Tmux): Promise<string | undefined> {
  const pane = system.env.TMUX_PANE;
  const terminal = terminalName();
  if (!pane || terminal === undefined) return undefined;
  const seen = await tmux.ask(pane, ["pane_tty"]);
  return seen?.pane_tty === terminal ? pane : undefined;
}

/** The named pane, or our own. Throws UserError if there is neither. */
export async function askedPane(system: System, tmux: Tmux, named: string | undefined): Promise<string> {
  if (named !== undefined && !/^%\d+$/.test(named)) throw wrongPane(named);
  const pane = named ?? (await ownPane(system, tmux));
  if (pane !== undefined) return pane;
  throw whichPane();
}

/** Runs a subcommand's work for its pane. A failure is shown in the client that asked. */
export async function aboutPane(
  system: System,
  { pane, client }: { readonly pane?: string | undefined; readonly client?: string | undefined },
  work: (tmux: Tmux, pane: string) => Promise<void>,
): Promise<void> {
  const tmux = requireTmux(system);
  await reportingTo({ tmux, client }, async () => work(tmux, await askedPane(system, tmux, pane)));
}

/** The named client, or the one that last showed the pane's session. Throws UserError if no client shows it. */
export async function askedClient(tmux: Tmux, pane: string, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { session_id } = await tmux.mustAsk(pane, ["session_id"]);
  const lines = await tmux.run(["list-clients", "-t", session_id, "-F", "#{client_activity} #{client_name}"]);
  const [latest] = lines.trim().split("\n").filter(Boolean).sort().reverse();
  if (latest !== undefined) return latest.slice(latest.indexOf(" ") + 1);
  throw noClientHere();
}
