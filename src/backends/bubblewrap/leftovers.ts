import { claudeCode } from "../../guest/claude-code.ts";
import { shellLine } from "../../lib/quote.ts";
import { exists, isDirectory, isLink, listDirectory, removeTree } from "../../system/files.ts";
import { removeLock } from "../../system/lock.ts";
import { endProcess, findProcesses } from "../../system/process.ts";
import { cacheDirectory, type System } from "../../system/system.ts";
import type { Leftover } from "../backend.ts";
import * as argv from "./argv.ts";

/** Sandboxes and directories without a bottle, and older versions of Claude Code that we installed. `bottles`: the directory of all of them. */
export function bubblewrapLeftovers(system: System, bottles: string): Leftover[] {
  if (system.platform !== "linux") return [];
  const isBottle = (name: string) => exists(`${bottles}/${name}/owner.json`);
  // What has another name, or is a link, we did not make.
  const isOurs = (name: string) =>
    name.startsWith("cb-") && isDirectory(`${bottles}/${name}`) && !isLink(`${bottles}/${name}`);
  const directories = listDirectory(bottles)
    .filter((name) => isOurs(name) && !isBottle(name))
    .map((name): Leftover => {
      const directory = `${bottles}/${name}`;
      const words = argv.removeArgv(directory);
      const remove = async () => {
        // Who makes a bottle holds its lock, and writes the owner last.
        if (!removeLock(system, name) || isBottle(name)) return false;
        return (await system.run(words)).code === 0;
      };
      return { kind: "directory", name: directory, why: "it was never a whole bottle", how: shellLine(["rm", "-rf", directory]), remove };
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

  const cache = cacheDirectory(system.env);
  const programs = (cache === undefined ? [] : listDirectory(cache))
    .filter((name) => /^(claude-|\.installing-)/.test(name) && name !== `claude-${claudeCode.version}`)
    .map((name) => `${cache}/${name}`)
    .filter((directory) => findProcesses((words) => words.includes(directory)).length === 0)
    .map((directory): Leftover => {
      const isPart = directory.startsWith(`${cache}/.`);
      const why = isPart ? "the installation of Claude Code did not end" : "another version of Claude Code is installed";
      return { kind: "directory", name: directory, why, how: shellLine(["rm", "-rf", directory]), remove: async () => (removeTree(directory), true) };
    }); // prettier-ignore
  return [...directories, ...processes, ...programs];
}
