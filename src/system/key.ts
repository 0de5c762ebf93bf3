import { readSync, writeSync } from "node:fs";
import { stty } from "./stty.ts";

/**
 * Asks on our terminal for one of `keys`, without echo; undefined if the terminal is gone. Discards what was typed before, which was meant for a
 * program that has ended, and anything that arrives as several bytes at once: a paste, a function key or the mouse. Blocks; signals have their usual
 * effect.
 */
export function askForKey(question: string, keys: readonly string[]): string | undefined {
  const saved = stty("-g");
  if (saved === undefined) return undefined;
  try {
    stty("-icanon", "-echo", "min", "0", "time", "1");
    while (readTyped() !== undefined) continue;
    stty("min", "1", "time", "0");
    writeSync(2, question);
    for (;;) {
      const key = readTyped();
      if (key === undefined || keys.includes(key)) return key;
    }
  } finally {
    stty(saved);
  }
}

/** Discards unread input of our terminal, which was meant for a program that has ended. */
export function dropTyped(): void {
  const saved = stty("-g");
  if (saved === undefined) return;
  stty("-icanon", "-echo", "min", "0", "time", "1");
  while (readTyped() !== undefined) continue;
  stty(saved);
}

/** Everything that is available now. */
function readTyped(): string | undefined {
  const bytes = Buffer.alloc(4096);
  try {
    const count = readSync(0, bytes);
    return count > 0 ? bytes.toString("latin1", 0, count) : undefined;
  } catch {
    return undefined;
  }
}
