import { readText, removeFile, writePrivate } from "../../system/files.ts";
import { enteredBeside, type Identity, isAlive } from "../../system/process.ts";
import { stateDirectory, type System } from "../../system/system.ts";

// The containers beside a bottle share its process namespace, so its root can end them: then it has no network, until a start that asks the engine.

const fileOf = ({ env }: System, bottle: string) => `${stateDirectory(env)}/parts/${bottle}.json`;

/** Notes the first process of each part, if all of them can be seen. `pid`: the bottle's own first process. */
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
