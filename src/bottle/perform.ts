import type { BottlePlan } from "../plan/plan.ts";
import type { Identity } from "../system/process.ts";
import type { Undo } from "./undo.ts";

/** What performs the steps on a bottle whose lock is held. */
export type Performance = {
  readonly signal: AbortSignal;
  /** Each step that begins adds what takes it back. */
  readonly undo: Undo;
  /** The host process that the bottle runs as. */
  machine?: Identity | undefined;
};

export type Action = {
  /** The commands that it runs, for --dry-run: secrets stand in them as names only, and what only asks is left out. */
  readonly lines: (plan: BottlePlan) => readonly string[];
  /** Gives the plan that the bottle has then, where that is another one. */
  readonly run: (plan: BottlePlan, performance: Performance) => Promise<BottlePlan | void>;
};

/** Runs the actions in their order, and gives the plan that the bottle has then. */
export async function perform(actions: readonly Action[], plan: BottlePlan, performance: Performance): Promise<BottlePlan> {
  let current = plan;
  for (const { run } of actions) {
    current = (await run(current, performance)) ?? current;
    performance.signal.throwIfAborted();
  }
  return current;
} // prettier-ignore

/** What `perform` would run. */
export const linesOf = (actions: readonly Action[], plan: BottlePlan): string[] =>
  actions.flatMap(({ lines }) => lines(plan));
