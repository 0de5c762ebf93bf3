import type { Backend } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import { type BottlePlan, losesCopyByStop, type SessionPlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { isFirstSync } from "./baseline.ts";
import { isHostUnchanged, syncProject, type Synced } from "./sync.ts";
import { inform, warn } from "../ui/messages.ts";
import { notPulled, conflictBeforeRemoval } from "./errors.ts";
import { conflict, copyingProject, pulledFiles, skippedFiles, stillInBottle, worksOnCopy } from "./messages.ts";

type Place = { readonly system: System; readonly backend: Backend };

// Copies the project of a bottle on another machine there before a session, and back after it.

export async function pushBeforeSession(
  { system, backend }: Place,
  plan: BottlePlan,
  kind: SessionPlan["kind"],
): Promise<void> {
  if (kind === "agent") inform(system, worksOnCopy);
  // Changes in the bottle are copied back at the end of the session in any case.
  if (!isHostUnchanged(system, plan)) await pushProject({ system, backend }, plan);
}

/** Copies what changed here; the first time, everything. */
export async function pushProject({ system, backend }: Place, plan: BottlePlan): Promise<void> {
  const isFirst = isFirstSync(system, plan.name);
  if (isFirst) inform(system, copyingProject(plan.name));
  const synced = await syncProject(system, backend, plan);
  if (isFirst && synced.special.length > 0) warn(system, skippedFiles(enumerate(synced.special)));
  warnConflicts(system, synced);
}

/** The session's status stands, whatever happens here. What fails now is copied back next time. */
export async function pullAfterSession(
  { system, backend }: Place,
  plan: BottlePlan,
  kind: SessionPlan["kind"],
): Promise<void> {
  try {
    const synced = await syncProject(system, backend, plan);
    if (kind !== "exec") await backend.keep?.(plan);
    if (kind !== "exec" && synced.home.length > 0) inform(system, pulledFiles(enumerate(synced.home)));
    warnConflicts(system, synced);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warn(system, ...stillInBottle(plan.name, error));
  }
}

/** Copies all changes back before a bottle is removed. Throws UserError if that fails. */
export async function pullBeforeRemoval(
  { system, backend }: Place,
  plan: BottlePlan | undefined,
  command: "rm" | "stop" = "rm",
): Promise<void> {
  const machine = plan?.copied && (await backend.find(plan.name));
  if (!plan || !machine) return;
  if (machine.state !== "running" && losesCopyByStop(plan)) return;
  if (machine.state !== "running") await backend.start(plan);
  const { conflicts } = await syncProject(system, backend, plan).catch((error) => {
    if (!(error instanceof UserError)) throw error;
    throw notPulled(plan.name, error, command);
  });
  if (conflicts.length > 0) throw conflictBeforeRemoval(plan.name, enumerate(conflicts));
}

export function warnConflicts(system: System, { conflicts }: Synced): void {
  if (conflicts.length > 0) warn(system, ...conflict(enumerate(conflicts)));
}

export function enumerate(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return names.length > 5 ? `${shown.join(", ")} and ${names.length - 5} more` : shown.join(", ");
}
