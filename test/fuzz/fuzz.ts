// bun run fuzz [--seed N] [--seconds S] [TARGET...]: random hostile input for what reads a bottle's words, ten minutes of it by default.
import { parseArgs } from "node:util";
import { Random } from "./random.ts";
import { fuzzLastWords } from "./last-words.ts";
import { fuzzLedger } from "./ledger.ts";
import { fuzzRecords } from "./records.ts";
import { fuzzTar } from "./tar.ts";
import { fuzzTree } from "./tree.ts";

/** Each throws at the first input that breaks a rule, and answers how many it tried. */
export const targets = {
  tree: fuzzTree,
  tar: fuzzTar,
  ledger: fuzzLedger,
  records: fuzzRecords,
  "last-words": fuzzLastWords,
} as const;
export type Target = keyof typeof targets;

const mostBytes = 100 * 1024 * 1024;

/** Runs one target for that long. Throws where it fails, or takes more than 100 MB above what it began with. */
export async function fuzz(target: Target, seed: number, seconds: number): Promise<number> {
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  const end = performance.now() + seconds * 1000;
  const rounds = await targets[target](new Random(seed), () => performance.now() > end);
  const taken = process.memoryUsage.rss() - before;
  if (taken > mostBytes) throw new Error(`${target} took ${Math.round(taken / 1024 / 1024)} MiB`);
  return rounds;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { seed: { type: "string" }, seconds: { type: "string", default: "600" } },
    allowPositionals: true,
  });
  const seed = Number(values.seed ?? Date.now() % 2 ** 32);
  const chosen = (positionals.length > 0 ? positionals : Object.keys(targets)) as Target[];
  for (const target of chosen) {
    console.log(`${target}: seed ${seed}`);
    console.log(`${target}: ${await fuzz(target, seed, Number(values.seconds) / chosen.length)} rounds, none failed`);
  }
}
