import { parseJson } from "../lib/json.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { readFileOrNothing } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";

export const trapFile = ({ env }: System, name: string): string => `${stateDirectory(env)}/traps/${name}.json`;

/** Whether a command is noted to have run since the last look. Then another exec changes nothing, and trap-watch.ts need not be loaded. */
export function isExecNoted(system: System, { name, mounts }: BottlePlan): boolean {
  if (mounts.some(({ part }) => part === "repository")) return false;
  const watch = parseJson(readFileOrNothing(trapFile(system, name)) ?? "") as { isOpen?: unknown; known?: unknown };
  return watch?.isOpen === true && typeof watch.known === "object";
}
