import type { Baseline, Pair } from "./plan.ts";
import {
  exists,
  listDirectory,
  makeTempDirectory,
  readText,
  removeFile,
  removeTree,
  writePrivate,
} from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";

const directoryOf = ({ env }: System) => `${stateDirectory(env)}/copies`;
const fileOf = (system: System, bottle: string) => `${directoryOf(system)}/${bottle}.json`;

/** What the project and its copy in the bottle had in common; empty if they were never synchronised. */
export function readBaseline(system: System, bottle: string): Baseline {
  try {
    return new Map(
      JSON.parse(readText(fileOf(system, bottle), { maxBytes: 512 * 1024 * 1024 }) ?? "[]") as [string, Pair][],
    );
  } catch (error) {
    // Both sides are then compared as if for the first time, which loses nothing.
    if (error instanceof SyntaxError || error instanceof TypeError) return new Map();
    throw error;
  }
}

export const saveBaseline = (system: System, bottle: string, baseline: Baseline): void =>
  writePrivate(fileOf(system, bottle), JSON.stringify([...baseline]));

/** A new directory for files that come from the bottle. Removes the rest of an interrupted sync: a bottle has one sync at a time. */
export function makeStaging(system: System, bottle: string): string {
  const prefix = `.staging-${bottle}-`;
  for (const left of listDirectory(directoryOf(system)).filter((name) => name.startsWith(prefix)))
    removeTree(`${directoryOf(system)}/${left}`);
  return makeTempDirectory(`${directoryOf(system)}/${prefix}`);
}

/** A new bottle of that name has a new copy. */
export const forgetBaseline = (system: System, bottle: string): void => void removeFile(fileOf(system, bottle));

export const isFirstSync = (system: System, bottle: string): boolean => !exists(fileOf(system, bottle));

/** The bottles that have a baseline. */
export const listBaselines = (system: System): string[] =>
  listDirectory(directoryOf(system))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
