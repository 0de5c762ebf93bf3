import { exitCode } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { readKey } from "../system/key.ts";
import type { System } from "../system/system.ts";

/** A shell's own status says how its last command went; only one that ended this soon never was a session. */
const shellFailsWithinMs = 3_000;

/** Ended by the user or by the end of the pane: there is nothing to read, or nobody to read it. */
const ended: readonly number[] = [exitCode.ok, exitCode.cancelled, 129, 143];

/**
 * What a pane of ours runs: `words` of this program, and after a failure a line that waits for a key, so that the pane
 * does not take the reason with it. tmux's remain-on-exit would lose the key, and on some builds the pane.
 */
export async function holdPane(system: System, directory: string, words: readonly string[]): Promise<number> {
  system.out(`\x1b]2;${printable(directory.split("/").at(-1) ?? "")}\x07`);
  for (;;) {
    const began = system.now();
    const { code, signal } = await system.attach([...system.self, ...words]);
    const shellEnded = words[0] === "shell" && system.now() - began > shellFailsWithinMs;
    if (signal || shellEnded || ended.includes(code)) return code;
    for (let answer = ""; answer !== "retry";) {
      system.err(`\r\n[status ${code}]  enter: close   r: retry   d: doctor `);
      answer = await choose();
      system.err("\r\n");
      if (answer === "close") return code;
      if (answer === "doctor") await system.attach([...system.self, "doctor"]);
    }
  }
}

async function choose(): Promise<"close" | "retry" | "doctor"> {
  for (;;) {
    switch (await readKey()) {
      case "r":
        return "retry";
      case "d":
        return "doctor";
      case undefined:
      case "\r":
      case "\n":
      case "q":
        return "close";
    }
  }
}
