import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { exists, isDirectory, realPath } from "../system/files.ts";

/** A backend may wait long for a directory that is not there, and then say something else. */
export function assertPathsExist({ name, directory }: BottlePlan): void {
  if (isDirectory(directory)) return;
  throw new UserError(`the project's directory "${printable(directory)}" is no longer there`, {
    hint: `claude-bottle rm ${name} removes its bottle`,
  });
}

/** What a bottle shares was judged by its real path. Another bottle may have put a link there since, which a backend would follow. */
export function assertPathsUnmoved({ name, directory, mounts }: BottlePlan): void {
  for (const path of [directory, ...mounts.map(({ source }) => source)]) {
    const now = realPath(path);
    if (now === path) continue;
    const what = exists(path) ? `leads to "${printable(now ?? "")}" by now` : "is no longer there";
    throw new UserError(`"${printable(path)}", which bottle "${name}" shares, ${what}`, {
      hint: `put it back, or remove the bottle: claude-bottle rm ${name}`,
    });
  }
}
