import { shellLine } from "../../lib/quote.ts";
import { exists, isDirectory, isLink, listDirectory } from "../../system/files.ts";
import { removeLock } from "../../system/lock.ts";
import type { System } from "../../system/system.ts";
import type { Leftover } from "../backend.ts";
import { removeArgv } from "./argv.ts";

/** Directories that a start which was cut off left behind. `bottles`: the directory of all bottles. */
export function landlockLeftovers(system: System, bottles: string): Leftover[] {
  const isBottle = (name: string) => exists(`${bottles}/${name}/owner.json`);
  // What has another name, or is a link, we did not make.
  const isOurs = (name: string) =>
    name.startsWith("cb-") && isDirectory(`${bottles}/${name}`) && !isLink(`${bottles}/${name}`);
  return listDirectory(bottles)
    .filter((name) => isOurs(name) && !isBottle(name))
    .map((name): Leftover => {
      const directory = `${bottles}/${name}`;
      return {
        kind: "directory",
        name: directory,
        why: "it was never a whole bottle",
        how: shellLine(["rm", "-rf", directory]),
        async remove() {
          // Who makes a bottle holds its lock, and writes the owner last.
          if (!removeLock(system, name) || isBottle(name)) return false;
          return (await system.run(removeArgv(directory))).code === 0;
        },
      };
    });
}
