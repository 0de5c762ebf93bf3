import { type Dirent, lstatSync, readdirSync } from "node:fs";
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
  const found: string[] = [];
  const directories = [""];
  for (let path = directories.pop(); path !== undefined; path = directories.pop()) {
    const entries = entriesOf(`${directory}/${path}`);
    if (!entries) found.push(path);
    for (const entry of entries ?? []) {
      const below = path === "" ? entry.name : `${path}/${entry.name}`;
      if (skips(below)) continue;
      if (entry.isDirectory()) directories.push(below);
      else found.push(below);
    }
  }
  return found;
}

/** The sizes of the files below a directory that is being filled. */
export const bytesBelow = (directory: string): number =>
  filesBelow(directory, () => false).reduce(
    (sum, path) => sum + (lstatSync(`${directory}/${path}`, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

function entriesOf(directory: string): Dirent[] | undefined {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return undefined;
  }
}
