import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { freshBinaries } from "../test/bench/binaries.ts";
import { inPairs } from "../test/bench/pairs.ts";
import { run } from "./run.ts";
import type { Target } from "./targets.ts";

/** What a release weighs and how fast it starts: `start` in multiples of an empty Bun binary's. */
export type Record = {
  readonly version: string;
  readonly bytes: Readonly<Partial<globalThis.Record<Target, number>>>;
  readonly start: Readonly<globalThis.Record<string, number>>;
};

const file = `${import.meta.dir}/record.json`;

export function lastRecord(): Record | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record) : undefined;
}

export const saveRecord = (record: Record): void => writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);

export async function startTimes(built: string): Promise<Record["start"]> {
  using binaries = await freshBinaries({ program: built });
  const { program, empty } = binaries;
  const against = async (...words: string[]) => {
    const { ratio } = await inPairs(
      15,
      async () => void run([program, ...words]),
      async () => void run([empty]),
    );
    return Math.round(ratio * 100) / 100;
  };
  return { "--version": await against("--version"), "pty-resize": await against("pty-resize", "b", "--", "/bin/true") };
}

/** One line for each number, with the last release's beside it. */
export function compare(now: Record, before: Record | undefined): string {
  const lines = [
    ...Object.entries(now.bytes).map(([target, bytes]) => {
      const old = before?.bytes[target as Target];
      const change = old === undefined ? "" : `, ${percent(bytes / old)} against ${before?.version}`;
      return `${target}: ${(bytes / 1e6).toFixed(1)} MB${change}`;
    }),
    ...Object.entries(now.start).map(([what, ratio]) => {
      const old = before?.start[what];
      return `start of ${what}: ${ratio} empty Bun binaries${old === undefined ? "" : `, ${old} in ${before?.version}`}`;
    }),
  ];
  return `${lines.join("\n")}\n`;
}

const percent = (ratio: number) => `${ratio >= 1 ? "+" : ""}${((ratio - 1) * 100).toFixed(1)} %`;
