import type { Backend } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { isFirstSync } from "./baseline.ts";
import { syncProject, type Synced } from "./sync.ts";

type Place = { readonly system: System; readonly backend: Backend };

// The project of a bottle on another machine: there before a session, and home after it.

export async function pushBeforeSession(
  { system, backend }: Place,
  plan: BottlePlan,
  kind: SessionPlan["kind"],
): Promise<void> {
  if (kind === "agent")
    system.err(
      `claude-bottle: ${backend.name}'s engine is on another machine: the session works on a copy of the project, and what changes comes home at its end\n`,
    );
  await pushProject({ system, backend }, plan);
}

/** What changed here, or all of it the first time. */
export async function pushProject({ system, backend }: Place, plan: BottlePlan): Promise<void> {
  const isFirst = isFirstSync(system, plan.name);
  if (isFirst) system.err(`claude-bottle: copying the project into bottle "${plan.name}"\n`);
  const synced = await syncProject(system, backend, plan);
  if (isFirst && synced.special.length > 0)
    system.err(`claude-bottle: not copied, being no files: ${enumerate(synced.special)}\n`);
  warnConflicts(system, synced);
}

/** The session's own status stands, whatever happens here: what is not home now comes home the next time. */
export async function pullAfterSession(
  { system, backend }: Place,
  plan: BottlePlan,
  kind: SessionPlan["kind"],
): Promise<void> {
  try {
    const synced = await syncProject(system, backend, plan);
    if (kind !== "exec" && synced.home.length > 0) system.err(`claude-bottle: home came ${enumerate(synced.home)}\n`);
    warnConflicts(system, synced);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    system.err(`claude-bottle: what the session changed is still in bottle "${plan.name}": ${error.message}\n`);
    if (error.hint !== undefined) system.err(`  ${error.hint}\n`);
  }
}

/** Before a bottle is removed, all that changed in it comes home. Throws UserError where it cannot. */
export async function pullBeforeRemoval({ system, backend }: Place, plan: BottlePlan | undefined): Promise<void> {
  const machine = plan?.copied && (await backend.find(plan.name));
  if (!plan || !machine || isFirstSync(system, plan.name)) return;
  if (machine.state !== "running") await backend.start(plan);
  const { conflicts } = await syncProject(system, backend, plan).catch((error) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message, {
      hint: `claude-bottle rm --force ${plan.name} loses what is only in the bottle`,
      cause: error,
    });
  });
  if (conflicts.length > 0)
    throw new UserError(`bottle "${plan.name}" and the project have different changes of ${enumerate(conflicts)}`, {
      hint: `choose one side: claude-bottle sync --keep host (or bottle); --force loses the bottle's`,
    });
}

export function warnConflicts(system: System, { conflicts }: Synced): void {
  if (conflicts.length > 0)
    system.err(
      `claude-bottle: changed both here and in the bottle, and left as they are: ${enumerate(conflicts)}\n  claude-bottle sync --keep host (or bottle) takes one side's\n`,
    );
}

export function enumerate(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return names.length > 5 ? `${shown.join(", ")} and ${names.length - 5} more` : shown.join(", ");
}
