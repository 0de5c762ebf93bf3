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
