import type { BottlePlan } from "../plan/plan.ts";
import type { DirectoryIdentity } from "../system/held-path.ts";
import type { Identity } from "../system/process.ts";
import type { Undo } from "./undo.ts";

/** What the actions share while the bottle's lock is held. */
export type Performance = {
  readonly signal: AbortSignal;
  /** Each action adds its undo step before it begins. */
  readonly undo: Undo;
  /** The bottle's process on the host, if it has one. */
  machine?: Identity | undefined;
  /** The directories that a new bottle shares, as they were before it was created. */
  shared?: readonly (DirectoryIdentity | undefined)[];
};

export type Action = {
  /** The commands of the action, for --dry-run. Secrets appear by name only, and commands that change nothing are left out. */
  readonly lines: (plan: BottlePlan) => readonly string[];
  /** Returns the bottle's new plan if it changed. */
  readonly run: (plan: BottlePlan, performance: Performance) => Promise<BottlePlan | void>;
};

/** Runs the actions in order and returns the bottle's plan afterwards. */
export async function perform(actions: readonly Action[], plan: BottlePlan, performance: Performance): Promise<BottlePlan> {
  let current = plan;
  for (const { run } of actions) {
    current = (await run(current, performance)) ?? current;
    performance.signal.throwIfAborted();
  }
  return current;
} // prettier-ignore

/** The commands that `perform` would run. */
export const linesOf = (actions: readonly Action[], plan: BottlePlan): string[] =>
  actions.flatMap(({ lines }) => lines(plan));
