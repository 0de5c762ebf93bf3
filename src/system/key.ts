import { readSync } from "node:fs";

/**
 * One key from our terminal, unechoed; undefined when the terminal is gone. What was typed before is dropped: it was
 * meant for a program that has ended. Blocks; a signal ends us as it would any program.
 */
export async function readKey(): Promise<string | undefined> {
  const saved = stty("-g");
  if (saved === undefined) return undefined;
  try {
    stty("-icanon", "-echo", "min", "0", "time", "1");
    while (readByte()) continue;
    stty("min", "1", "time", "0");
    return readByte();
  } finally {
    stty(saved);
  }
}

function readByte(): string | undefined {
  const byte = Buffer.alloc(1);
  try {
    return readSync(0, byte) === 1 ? byte.toString("latin1") : undefined;
  } catch {
    return undefined;
  }
}

function stty(...words: string[]): string | undefined {
  const { exitCode, stdout } = Bun.spawnSync(["stty", ...words], {
    stdin: "inherit",
    stdout: "pipe",
    stderr: "ignore",
  });
  return exitCode === 0 ? stdout.toString().trim() : undefined;
}
