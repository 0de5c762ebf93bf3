import type { Run, System } from "./system.ts";

const silent = new Set<string>();

/** Runs a program that answers quickly; undefined if it does not in time. A program that did not answer is not asked again. */
export async function answerOf(system: System, argv: readonly string[], limitMs: number): Promise<Run | undefined> {
  const [program = ""] = argv;
  if (silent.has(program)) return undefined;
  const run = await system.run(argv, { timeoutMs: limitMs });
  if (!run.timedOut) return run;
  silent.add(program);
  return undefined;
}
