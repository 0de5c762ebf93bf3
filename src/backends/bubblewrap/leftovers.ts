import { claudeCode } from "../../guest/claude-code.ts";
import { shellLine } from "../../lib/quote.ts";
import { exists, isFolder, isLink, listDirectory, removeTree } from "../../system/files.ts";
import { removeLock } from "../../system/lock.ts";
import { endProcess, findProcesses } from "../../system/process.ts";
import { cacheFolder, type System } from "../../system/system.ts";
import type { Leftover } from "../backend.ts";
import * as argv from "./argv.ts";

/** Sandboxes and folders without a bottle, and older versions of Claude Code that we installed. `bottles`: the folder of all of them. */
export function bubblewrapLeftovers(system: System, bottles: string): Leftover[] {
  if (system.platform !== "linux") return [];
  const isBottle = (name: string) => exists(`${bottles}/${name}/owner.json`);
  // What has another name, or is a link, we did not make.
  const isOurs = (name: string) =>
    name.startsWith("cb-") && isFolder(`${bottles}/${name}`) && !isLink(`${bottles}/${name}`);
  const folders = listDirectory(bottles)
    .filter((name) => isOurs(name) && !isBottle(name))
    .map((name): Leftover => {
      const folder = `${bottles}/${name}`;
      const words = argv.removeArgv(folder);
      const remove = async () => {
        // Who makes a bottle holds its lock, and writes the owner last.
        if (!removeLock(system, name) || isBottle(name)) return false;
        return (await system.run(words)).code === 0;
      };
      return { kind: "folder", name: folder, why: "it was never a whole bottle", how: shellLine(["rm", "-rf", folder]), remove };
    }); // prettier-ignore

  const processes = findProcesses((words) => {
    const home = argv.homeBelow(bottles, words);
    return home !== undefined && !exists(home);
  }).map((found): Leftover => ({
    kind: "process",
    name: String(found.pid),
    why: "its bottle is gone",
    how: `end process ${found.pid}`,
    remove: () => endProcess(found),
  }));

  const cache = cacheFolder(system.env);
  const programs = (cache === undefined ? [] : listDirectory(cache))
    .filter((name) => /^(claude-|\.installing-)/.test(name) && name !== `claude-${claudeCode.version}`)
    .map((name) => `${cache}/${name}`)
    .filter((folder) => findProcesses((words) => words.includes(folder)).length === 0)
    .map((folder): Leftover => {
      const isPart = folder.startsWith(`${cache}/.`);
      const why = isPart ? "the installation of Claude Code did not end" : "another version of Claude Code is installed";
      return { kind: "folder", name: folder, why, how: shellLine(["rm", "-rf", folder]), remove: async () => (removeTree(folder), true) };
    }); // prettier-ignore
  return [...folders, ...processes, ...programs];
}
