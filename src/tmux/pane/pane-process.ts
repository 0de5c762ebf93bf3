import { exitCode, UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import { enterDirectory } from "../../system/files.ts";
import { askForKey } from "../../system/key.ts";
import type { System } from "../../system/system.ts";
import { fail } from "../../ui/messages.ts";
import { whatNow } from "../messages.ts";

/** A shell's status is that of its last command, so only a shell that ended this soon counts as failed. */
const shellFailsWithinMs = 3_000;

/** The user ended it, so there is nothing to read. */
const endedByUser: readonly number[] = [exitCode.ok, exitCode.cancelled];

/** What follows a good end: the pane closes, waits for a key, or becomes the user's own shell. */
export type Ending = "close" | "key" | "shell";

type Held = {
  readonly directory: string;
  readonly words: readonly string[];
  readonly ending: Ending;
  /** A killed sandbox leaves its process group in the terminal's foreground, and then no other process can read a key. */
  readonly takeTerminal: () => Promise<void>;
};

/**
 * The program of one of our panes: runs claude-bottle with `words`. After a failure it prints a line and waits for a key, so that the pane does not
 * close over the reason. tmux's remain-on-exit would lose the key, and in some builds the pane.
 */
export async function holdPane(system: System, held: Held): Promise<number> {
  const { directory, words, ending } = held;
  system.out(`\x1b]2;${printable(directory.split("/").at(-1) ?? "")}\x07`);
  for (;;) {
    const { code, signal, wasSession } = canEnter(system, directory) ? await runOnce(system, words) : failed;
    // The pane is closing.
    if (signal === "SIGHUP" || signal === "SIGTERM") return code;
    await held.takeTerminal();
    const good = wasSession || endedByUser.includes(code);
    if (!good || ending === "key") {
      if ((await ask(system, code)) === "retry") continue;
    }
    return ending === "shell" ? (await system.attach([system.env.SHELL || "/bin/sh"])).code : code;
  }
}

const failed = { code: exitCode.failed, signal: undefined, wasSession: false };

function canEnter(system: System, directory: string): boolean {
  try {
    enterDirectory(directory);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    fail(system, error.message, error.hint);
    return false;
  }
}

async function runOnce(system: System, words: readonly string[]) {
  const began = system.now();
  const ended = await system.attach([...system.self, ...words]);
  return { ...ended, wasSession: words[0] === "shell" && system.now() - began > shellFailsWithinMs };
}

async function ask(system: System, code: number): Promise<"close" | "retry"> {
  for (;;) {
    const key = askForKey(whatNow(code), ["\r", "\n", "q", "r", "d"]);
    if (key !== undefined) system.err("\r\n");
    if (key !== "d") return key === "r" ? "retry" : "close";
    await system.attach([...system.self, "doctor"]);
  }
}
