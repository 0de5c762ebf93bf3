import { isDirectoryMode, textName } from "../lib/tree-state.ts";
import { HeldDirectory } from "./held-directory.ts";
import type { System } from "./system.ts";

/** Bytes that each of the directories takes on the disk, in the blocks that it really holds; those that are not there are left out. */
export async function diskUse(system: System, directories: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (directories.length === 0) return new Map();
  // Its status only says that some file could not be looked at.
  const { stdout } = await system.run(["du", "-skx", "--", ...directories]);
  const sizes = stdout.split("\n").flatMap((line) => {
    const [, kib, directory] = /^(\d+)\t(.*)$/.exec(line) ?? [];
    return directory === undefined ? [] : [[directory, Number(kib) * 1024] as const];
  });
  return new Map(sizes);
}

/** What is below `directory` and is no directory, from there on. `skips` keeps out of directories; one that cannot be read stands for itself. */
export function filesBelow(directory: string, skips: (path: string) => boolean): string[] {
  using held = HeldDirectory.open(directory);
  const found: string[] = [];
  const closed = (name: string) => found.push(textName(name));
  for (const { name, status } of held.walk((name) => skips(textName(name)), closed))
    if (!isDirectoryMode(status.mode)) found.push(textName(name));
  return found;
}

/** The sizes of the files below a directory that is being filled. */
export function bytesBelow(directory: string): number {
  using held = HeldDirectory.open(directory);
  let sum = 0;
  for (const { status } of held.walk(undefined, () => {})) sum += Number(status.size);
  return sum;
}
