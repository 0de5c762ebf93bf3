import { holdPane, type Ending } from "../../tmux/pane/pane-process.ts";
import type { System } from "../../system/system.ts";

/**
 * `tmux pane [--ending close|key|shell] DIRECTORY -- WORDS...`, as `holderArgv` writes it: the program in each of our panes. It bypasses citty, which
 * would delay every key press.
 */
export function pane(system: System, words: readonly string[], rest: readonly string[]): Promise<number> {
  const [ending, directory] = words[0] === "--ending" ? [words[1], words[2]] : ["close", words[0]];
  return holdPane(system, {
    directory: directory ?? "",
    words: rest,
    ending: ending as Ending,
    takeTerminal: async () => void (await import("../../terminal/libc.ts")).takeTerminal(0),
  });
}
