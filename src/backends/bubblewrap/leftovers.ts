import { claudeCode } from "../../guest/claude-code.ts";
import { shellLine } from "../../lib/quote.ts";
import { exists, listDirectory, removeTree } from "../../system/files.ts";
import { endProcess, findProcesses } from "../../system/process.ts";
import { cacheDirectory, type System } from "../../system/system.ts";
import type { Leftover } from "../backend.ts";
import { unfinishedBottles } from "../host-bottles.ts";
import { bottleGone, endingProcess } from "../messages.ts";
import * as argv from "./argv.ts";
import { otherVersion, unfinishedInstallation } from "./messages.ts";

/**
 * Sandboxes and directories without a bottle, and older versions of Claude Code that we installed. `bottles`: the parent directory of all bottles.
 */
export function bubblewrapLeftovers(system: System, bottles: string): Leftover[] {
  if (system.platform !== "linux") return [];
  const processes = findProcesses((words) => {
    const home = argv.homeBelow(bottles, words);
    return home !== undefined && !exists(home);
  }).map((found): Leftover => ({
    kind: "process",
    name: String(found.pid),
    why: bottleGone(),
    how: endingProcess(found.pid),
    remove: () => endProcess(found),
  }));

  const cache = cacheDirectory(system.env);
  const programs = (cache === undefined ? [] : listDirectory(cache))
    .filter((name) => /^(claude-|\.installing-)/.test(name) && name !== `claude-${claudeCode.version}`)
    .map((name) => `${cache}/${name}`)
    .filter((directory) => findProcesses((words) => words.includes(directory)).length === 0)
    .map((directory): Leftover => {
      const isPart = directory.startsWith(`${cache}/.`);
      const why = isPart ? unfinishedInstallation : otherVersion;
      return { kind: "directory", name: directory, why, how: shellLine(["rm", "-rf", directory]), remove: async () => (removeTree(directory), true) };
    }); // prettier-ignore
  return [...unfinishedBottles(system, bottles), ...processes, ...programs];
}
