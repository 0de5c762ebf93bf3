import { readText, removeFile, writePrivate } from "../../system/files.ts";
import { enteredBeside, type Identity, isAlive } from "../../system/process.ts";
import { stateDirectory, type System } from "../../system/system.ts";

// The containers of a bottle share its pid namespace, so its root can end them. Then it has no network until a start asks the engine again.

const fileOf = ({ env }: System, bottle: string) => `${stateDirectory(env)}/parts/${bottle}.json`;

/** Notes the first process of each container, if all of them are visible. `pid`: the bottle's own first process. */
export function noteParts(system: System, bottle: string, pid: number | undefined, count: number): void {
  const found = pid === undefined || count === 0 ? [] : enteredBeside(pid);
  if (found.length === count && count > 0) writePrivate(fileOf(system, bottle), JSON.stringify(found));
  else forgetParts(system, bottle);
}

export const forgetParts = (system: System, bottle: string): void => void removeFile(fileOf(system, bottle));

/** False if one has ended since. */
export function partsAlive(system: System, bottle: string): boolean {
  const text = readText(fileOf(system, bottle));
  try {
    return text === undefined || (JSON.parse(text) as Identity[]).every(isAlive);
  } catch {
    return false;
  }
}
