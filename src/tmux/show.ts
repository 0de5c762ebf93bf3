import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { System } from "../system/system.ts";
import { adoptArgv, openArgv } from "./argv.ts";
import { directoryOf, holderArgv, startingIn } from "./open.ts";
import type { Tmux } from "./tmux.ts";

type Request = {
  readonly pane: string;
  readonly client: string;
  /** A popup is no pane: nobody can scroll in it, and what asks its terminal something gets other answers there. */
  readonly place: "popup" | "window";
  readonly words: readonly string[];
};

/** What `words` of this program print, until a key. */
export async function showWords(system: System, tmux: Tmux, { pane, client, place, words }: Request): Promise<void> {
  const seen = await tmux.ask(pane, ["window_id", "session_path", "pane_current_path"]);
  if (!seen) throw new UserError(`there is no pane "${printable(pane)}"`);
  const command = startingIn(seen.session_path, holderArgv(system, directoryOf(seen), words, "key"));
  const name = words.join(" ");
  const argv = openArgv({ place, pane, client, window: seen.window_id, zoomed: false, name, command });
  if (place === "popup") await tmux.runAndWait(argv);
  else await tmux.run(adoptArgv((await tmux.run(argv)).trim()));
}
