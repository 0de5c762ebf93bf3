import { type Dirent, readdirSync } from "node:fs";
import type { System } from "./system.ts";

/** Bytes that each of the folders takes on the disk, in the blocks that it really holds; those that are not there are left out. */
export async function diskUse(system: System, folders: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (folders.length === 0) return new Map();
  // Its status only says that some file could not be looked at.
  const { stdout } = await system.run(["du", "-skx", "--", ...folders]);
  const sizes = stdout.split("\n").flatMap((line) => {
    const [, kib, folder] = /^(\d+)\t(.*)$/.exec(line) ?? [];
    return folder === undefined ? [] : [[folder, Number(kib) * 1024] as const];
  });
  return new Map(sizes);
}

/** What is below `folder` and is no folder, from there on. `skips` keeps out of folders; one that cannot be read stands for itself. */
export function filesBelow(folder: string, skips: (path: string) => boolean): string[] {
  const found: string[] = [];
  const folders = [""];
  for (let path = folders.pop(); path !== undefined; path = folders.pop()) {
    const entries = entriesOf(`${folder}/${path}`);
    if (!entries) found.push(path);
    for (const entry of entries ?? []) {
      const below = path === "" ? entry.name : `${path}/${entry.name}`;
      if (skips(below)) continue;
      if (entry.isDirectory()) folders.push(below);
      else found.push(below);
    }
  }
  return found;
}

function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}
