import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { System } from "../system/system.ts";
import { openArgv } from "./argv.ts";
import { directoryOf, holderArgv } from "./open.ts";
import type { Tmux } from "./tmux.ts";

type Request = { readonly pane: string; readonly client: string; readonly words: readonly string[] };

/** What `words` of this program print, over everything else, until a key. */
export async function showInPopup(system: System, tmux: Tmux, { pane, client, words }: Request): Promise<void> {
  const seen = await tmux.ask(pane, ["pane_current_path"]);
  if (!seen) throw new UserError(`there is no pane "${printable(pane)}"`);
  const command = holderArgv(system, directoryOf(seen), words, "key");
  await tmux.runAndWait(openArgv({ place: "popup", pane, client, window: "", zoomed: false, name: "", command }));
}
