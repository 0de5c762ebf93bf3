import { printable } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { directoryIdentity, type DirectoryIdentity, exists, isDirectory, realPath } from "../system/files.ts";
import { anotherDirectoryShared, projectGone, sharedPathChanged } from "./errors.ts";

/** A backend may wait long for a directory that is not there, and then say something else. */
export function assertPathsExist({ name, directory }: BottlePlan): void {
  if (isDirectory(directory)) return;
  throw projectGone(directory, name);
}

/** What a bottle shares was judged by its real path. Another bottle may have put a link there since, which a backend would follow. */
export function assertPathsUnmoved({ name, directory, mounts }: BottlePlan): void {
  for (const path of [directory, ...mounts.map(({ source }) => source)]) {
    const now = realPath(path);
    if (now === path) continue;
    const what = exists(path) ? `is now a link to "${printable(now ?? "")}"` : "no longer exists";
    throw sharedPathChanged(path, name, what);
  }
}

/** Which directories the bottle is to share, the project first; undefined for what is no directory. */
export function sharedIdentities(plan: BottlePlan): (DirectoryIdentity | undefined)[] {
  return sourcesOf(plan).map((path) => {
    const identity = directoryIdentity(path);
    if (identity || (exists(path) && realPath(path) === path && !isDirectory(path))) return identity;
    throw anotherDirectoryShared(plan.name, path);
  });
}

/**
 * Compares them with what the guest says that it sees. A backend mounts by path, which another bottle could have made lead elsewhere for just
 * that moment. A virtual machine numbers directories by itself; then the time of the last change tells them apart, which nobody can set.
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
