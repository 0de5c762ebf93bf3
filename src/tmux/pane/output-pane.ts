import type { System } from "../../system/system.ts";
import { adoptArgv, openArgv } from "../argv.ts";
import { holderArgv, shownIn, startingIn } from "./open.ts";
import type { Tmux } from "../tmux.ts";

type Request = {
  readonly pane: string;
  readonly client: string;
  /** The name of a new window. Undefined for a popup, which cannot scroll and in which a terminal answers differently. */
  readonly window: string | undefined;
  readonly words: readonly string[];
};

/** Shows what claude-bottle prints with `words`, until a key is pressed. */
export async function showWords(system: System, tmux: Tmux, { pane, client, window, words }: Request): Promise<void> {
  const seen = await tmux.mustAsk(pane, [
    "window_id",
    "session_path",
    "pane_current_path",
    "pane_tty",
    "@claude-bottle",
  ]);
  const { directory } = await shownIn(system, tmux, pane, seen);
  const command = startingIn(seen.session_path, holderArgv(system, directory, words, "key"));
  const where =
    window === undefined ? ({ place: "popup", name: "" } as const) : ({ place: "window", name: window } as const);
  const argv = openArgv({ ...where, pane, client, window: seen.window_id, zoomed: false, command });
  if (window === undefined) await tmux.runAndWait(argv);
  else await tmux.run(adoptArgv((await tmux.run(argv)).trim()));
}
