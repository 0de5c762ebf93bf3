import { exitCode, UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import { enterDirectory } from "../../system/files.ts";
import { askForKey } from "../../system/key.ts";
import type { System } from "../../system/system.ts";
import { fail } from "../../ui/messages.ts";

/** A shell's own status says how its last command went; only one that ended this soon never was a session. */
const shellFailsWithinMs = 3_000;

/** Ended by the user: there is nothing to read. */
const endedByUser: readonly number[] = [exitCode.ok, exitCode.cancelled];

/** What comes after a good end: the pane closes, it waits for a key, or the user's own shell takes it over. */
export type Ending = "close" | "key" | "shell";

type Held = {
  readonly directory: string;
  readonly words: readonly string[];
  readonly ending: Ending;
  /** A sandbox that was killed leaves its own process group in the terminal's foreground, and nobody else could read a key. */
  readonly takeTerminal: () => Promise<void>;
};

/**
 * What a pane of ours runs: `words` of this program, and after a failure a line that waits for a key, so that the pane
 * does not take the reason with it. tmux's remain-on-exit would lose the key, and on some builds the pane.
 */
export async function holdPane(system: System, held: Held): Promise<number> {
  const { directory, words, ending } = held;
  system.out(`\x1b]2;${printable(directory.split("/").at(-1) ?? "")}\x07`);
  for (;;) {
    const { code, signal, wasSession } = canEnter(system, directory) ? await runOnce(system, words) : failed;
    // The end of the pane: nobody is there to read.
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
  const status = code === 0 ? "" : `[status ${code}]  `;
  for (;;) {
    const key = askForKey(`\r\n${status}enter: close   r: again   d: doctor `, ["\r", "\n", "q", "r", "d"]);
    if (key !== undefined) system.err("\r\n");
    if (key !== "d") return key === "r" ? "retry" : "close";
    await system.attach([...system.self, "doctor"]);
  }
}
