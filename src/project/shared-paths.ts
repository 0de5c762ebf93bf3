import { printable } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { exists, isDirectory, realPath } from "../system/files.ts";
import { directoryIdentity, type DirectoryIdentity } from "../system/held-path.ts";
import { anotherDirectoryShared, projectGone, sharedPathChanged } from "./errors.ts";

/** For a missing directory a backend may wait a long time and then report something else. */
export function assertPathsExist({ name, directory }: BottlePlan): void {
  if (isDirectory(directory)) return;
  throw projectGone(directory, name);
}

/** The shared paths were judged as real paths. Another bottle may have put a link there since, which a backend would follow. */
export function assertPathsUnmoved({ name, directory, mounts }: BottlePlan): void {
  for (const path of [directory, ...mounts.map(({ source }) => source)]) {
    const now = realPath(path);
    if (now === path) continue;
    const what = exists(path) ? `is now a link to "${printable(now ?? "")}"` : "no longer exists";
    throw sharedPathChanged(path, name, what);
  }
}

/** The directories that the bottle should share, the project first; undefined for one that is not a directory. */
export function sharedIdentities(plan: BottlePlan): (DirectoryIdentity | undefined)[] {
  return sourcesOf(plan).map((path) => {
    const identity = directoryIdentity(path);
    if (identity || (exists(path) && realPath(path) === path && !isDirectory(path))) return identity;
    throw anotherDirectoryShared(plan.name, path);
  });
}

/**
 * Compares them with what the guest sees. A backend mounts by path, and another bottle could redirect a path just for that moment. A VM numbers
 * directories itself, so the time of the last change, which no process can set, is compared instead.
 */
export function assertShared(
  plan: BottlePlan,
  expected: readonly (DirectoryIdentity | undefined)[],
  seen: string,
  isSameKernel: boolean,
): void {
  const lines = seen.trim().split("\n").slice(-expected.length);
  sourcesOf(plan).forEach((source, index) => {
    const wanted = expected[index];
    const [id, changedAt] = lines[index]?.split(" ") ?? [];
    if (!wanted || id === wanted.id) return;
    // It may have changed since we looked.
    const times = [wanted.changedAt, directoryIdentity(source)?.changedAt];
    if (isSameKernel || !times.includes(changedAt)) throw anotherDirectoryShared(plan.name, source);
  });
}

const sourcesOf = ({ directory, mounts, copied }: BottlePlan): string[] => [
  ...(copied ? [] : [directory]),
  ...mounts.map(({ source }) => source),
];
