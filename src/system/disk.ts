import { isDirectoryMode, textName } from "../lib/tree-state.ts";
import { HeldDirectory } from "./held-directory.ts";
import type { System } from "./system.ts";

/** The bytes that each directory uses on disk, in allocated blocks. Missing directories are left out. */
export async function diskUse(system: System, directories: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (directories.length === 0) return new Map();
  // A non-zero status only means that some file could not be read.
  const { stdout } = await system.run(["du", "-skx", "--", ...directories]);
  const sizes = stdout.split("\n").flatMap((line) => {
    const [, kib, directory] = /^(\d+)\t(.*)$/.exec(line) ?? [];
    return directory === undefined ? [] : [[directory, Number(kib) * 1024] as const];
  });
  return new Map(sizes);
}

/** Everything below `directory` except directories, by relative path. `skips` excludes directories; one that cannot be read is listed itself. */
export function filesBelow(directory: string, skips: (path: string) => boolean): string[] {
  using held = HeldDirectory.open(directory);
  const found: string[] = [];
  const closed = (name: string) => found.push(textName(name));
  for (const { name, status } of held.walk((name) => skips(textName(name)), closed))
    if (!isDirectoryMode(status.mode)) found.push(textName(name));
  return found;
}

/** The total size of the files below a directory that is being filled. */
export function bytesBelow(directory: string): number {
  using held = HeldDirectory.open(directory);
  let sum = 0;
  for (const { status } of held.walk(undefined, () => {})) sum += Number(status.size);
  return sum;
}
