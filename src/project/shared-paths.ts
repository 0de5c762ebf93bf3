import { printable } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { exists, isDirectory, realPath } from "../system/files.ts";
import { projectGone, sharedPathChanged } from "./errors.ts";

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
