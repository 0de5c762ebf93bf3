import * as v from "valibot";
import { shellLine } from "../lib/quote.ts";
import { exists, isDirectory, isLink, listDirectory, readText, writePrivate } from "../system/files.ts";
import { removeLock } from "../system/lock.ts";
import type { System } from "../system/system.ts";
import type { Leftover, Machine } from "./backend.ts";
import { neverWhole } from "./messages.ts";

// Shared by the sandboxes of this machine: a bottle is a directory of ours below `root`, which holds all bottles of a backend.

type Owner = NonNullable<Machine["owner"]>;

/** The owner of a bottle's directory, stored beside its contents. */
const ownerSchema = v.object({ directory: v.string(), uid: v.number() });
const ownerFile = (directory: string) => `${directory}/owner.json`;

/** Written last: from then on the directory counts as a bottle. */
export const writeOwner = (directory: string, { directory: project, uid }: Owner): void =>
  writePrivate(ownerFile(directory), JSON.stringify({ directory: project, uid }));

export const isBottle = (directory: string): boolean => exists(ownerFile(directory));

/** Undefined if the file is not ours. */
export function readOwner(directory: string): Owner | undefined {
  try {
    return v.parse(ownerSchema, JSON.parse(readText(ownerFile(directory)) ?? ""));
  } catch {
    return undefined;
  }
}

/** Also removes a directory that a guest made read-only. */
export const removeArgv = (directory: string): string[] => [
  "/bin/sh",
  "-c",
  'rm -rf -- "$1" 2>/dev/null || { chmod -R u+rwx -- "$1"; rm -rf -- "$1"; }',
  "sh",
  directory,
];

/** Directories that an interrupted start left behind. */
export function unfinishedBottles(system: System, root: string): Leftover[] {
  // We never create links, or directories with other names.
  const isOurs = (name: string) =>
    name.startsWith("cb-") && isDirectory(`${root}/${name}`) && !isLink(`${root}/${name}`);
  return listDirectory(root)
    .filter((name) => isOurs(name) && !isBottle(`${root}/${name}`))
    .map((name): Leftover => {
      const directory = `${root}/${name}`;
      return {
        kind: "directory",
        name: directory,
        why: neverWhole,
        how: shellLine(["rm", "-rf", directory]),
        async remove() {
          // A process that creates a bottle holds its lock.
          if (!removeLock(system, name) || isBottle(directory)) return false;
          return (await system.run(removeArgv(directory))).code === 0;
        },
      };
    });
}

export async function diskUseOf(
  system: System,
  root: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const directories = names.map((name) => `${root}/${name}`);
  const { diskUse } = await import("../system/disk.ts");
  const uses = await diskUse(system, directories);
  return new Map(names.map((name) => [name, uses.get(`${root}/${name}`) ?? 0]));
}
