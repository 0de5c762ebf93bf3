import type { Backend } from "../backends/backend.ts";
import { inOrder, isClosedState, type Tree } from "../lib/tree-state.ts";
import { type BottlePlan, losesCopyByStop } from "../plan/plan.ts";
import { carry, planSync, type Baseline, type Side } from "./plan.ts";
import { removeTree } from "../system/files.ts";
import { interruptible } from "../system/interrupt.ts";
import { withLock } from "../system/lock.ts";
import type { System } from "../system/system.ts";
import { HeldDirectory } from "../system/held-directory.ts";
import { isSameThing, placeThings, readableName, readTree, stateAt } from "../system/host-tree.ts";
import { isFirstSync, makeStaging, readBaseline, saveBaseline } from "./baseline.ts";
import { allGone, unreadableDirectory } from "./errors.ts";
import { assertPathsUnmoved } from "../project/shared-paths.ts";
import { BottleCopy } from "./guest-tree.ts";

/** The names that were copied back, that were copied into the bottle, that conflict and stay unchanged, and that cannot be copied. */
export type Synced = Readonly<Record<"home" | "in" | "conflicts" | "special", readonly string[]>>;

/**
 * Synchronises the project with its copy in the bottle: what changed on one side since the last sync is copied to the other. What changed on both
 * sides stays as it is, unless `kept` names the side that wins. An interrupted sync loses nothing: the next one continues.
 */
export const syncProject = (system: System, backend: Backend, plan: BottlePlan, kept?: Side): Promise<Synced> =>
  interruptible((signal) =>
    withLock(system, `${plan.name}-copy`, { signal, onWait: () => {} }, async () => {
      const path = makeStaging(system, plan.name);
      try {
        assertPathsUnmoved(plan);
        using staging = HeldDirectory.open(path);
        using project = HeldDirectory.open(plan.directory);
        const copy = new BottleCopy(system, backend, plan, signal);
        return await bringTogether(system, copy, { plan, kept, staging, project });
      } finally {
        removeTree(path);
      }
    }),
  );

/** Whether the project is unchanged since the last sync. */
export function isHostUnchanged(system: System, { name, directory }: BottlePlan): boolean {
  if (isFirstSync(system, name)) return false;
  const baseline = readBaseline(system, name);
  using project = HeldDirectory.open(directory);
  const tree = readTree(project);
  return tree.size === baseline.size && [...tree].every(([path, state]) => baseline.get(path)?.host === state);
}

type Request = {
  readonly plan: BottlePlan;
  readonly kept: Side | undefined;
  readonly staging: HeldDirectory;
  readonly project: HeldDirectory;
};

async function bringTogether(
  system: System,
  copy: BottleCopy,
  { plan, kept, staging, project }: Request,
): Promise<Synced> {
  const { name: bottle } = plan;
  const trees = { host: readTree(project), bottle: await copy.read() };
  const isAnew = losesCopyByStop(plan) && trees.bottle.size === 0;
  const baseline = isAnew ? new Map() : readBaseline(system, bottle);
  refuseUnreadable(plan, trees, baseline);

  const steps = planSync(baseline, trees);
  const modes = await copy.fetch([...steps.host.put, ...steps.onBoth], staging);
  const conflicts = new Set(steps.onBoth.filter((name) => !isSameThing(staging, project, name)));
  if (kept) for (const name of conflicts) carry(steps, trees, name, kept);
  if (kept) conflicts.clear();

  // Files here may have changed during the sync; files that disappeared in the bottle while they were read are handled next time.
  for (const name of [...steps.host.remove, ...steps.host.put])
    if (stateAt(project, name) !== trees.host.get(name)) conflicts.add(name);
  const isFree = (name: string) => !conflicts.has(name);
  const gone = steps.host.remove.filter(isFree);
  const put = inOrder(steps.host.put.filter((name) => isFree(name) && stateAt(staging, name) !== undefined));
  for (const name of inOrder(gone).toReversed()) project.remove(name);
  for (const name of await placeThings(staging, project, put, modes)) conflicts.add(name);
  await copy.remove(inOrder(steps.bottle.remove));
  await copy.put(project, inOrder(steps.bottle.put));

  const arrived = steps.bottle.put.length > 0 ? await copy.read(steps.bottle.put) : new Map<string, string>();
  const touchedHere = new Set([...gone, ...steps.host.put]);
  const touchedThere = new Set([...steps.bottle.remove, ...steps.bottle.put]);
  const after = new Map(baseline);
  for (const name of new Set([...baseline.keys(), ...trees.host.keys(), ...trees.bottle.keys()])) {
    if (conflicts.has(name) || steps.special.includes(name)) continue;
    const host = touchedHere.has(name) ? stateAt(project, name) : trees.host.get(name);
    const bottle = touchedThere.has(name) ? sentState(arrived.get(name), host) : trees.bottle.get(name);
    if (host !== undefined && bottle !== undefined) after.set(name, { host, bottle });
    else after.delete(name);
  }
  saveBaseline(system, bottle, after);
  const names = (all: Iterable<string>) => inOrder(new Set(all)).map(readableName);
  return {
    home: names([...gone, ...put].filter(isFree)),
    in: names(touchedThere),
    conflicts: names(conflicts),
    special: names(steps.special),
  };
}

/** Undefined if what arrived is not what was sent: the next sync looks at it again. */
const sentState = (arrived: string | undefined, sent: string | undefined) =>
  arrived !== undefined && sent !== undefined && sizeOf(arrived) === sizeOf(sent) ? arrived : undefined;
const sizeOf = (state: string) => state.split(" ")[2];

/** Unreadable files must not look as if they had been removed. */
function refuseUnreadable(
  { name, directory }: BottlePlan,
  { host, bottle }: Record<Side, Tree>,
  before: Baseline,
): void {
  for (const [tree, where] of [
    [host, "the project"],
    [bottle, `bottle "${name}"`],
  ] as const) {
    const closed = [...tree].find(([, state]) => isClosedState(state));
    if (closed) throw unreadableDirectory(readableName(closed[0]), where);
  }
  if (before.size === 0 || (host.size > 0 && bottle.size > 0)) return;
  throw allGone(host.size === 0 ? "host" : "bottle", name, directory);
}
