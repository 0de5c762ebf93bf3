import { hashOfJson } from "../lib/hash.ts";
import { parseJson } from "../lib/json.ts";
import { exists, isDirectory, isLink, kindOf, listDirectory, ownerOf, readFileOrNothing, realPath, removeFile, writePrivate } from "./files.ts"; // prettier-ignore
import { type Answer, contentOf, type Inputs, type Question, valuesOf } from "./inputs.ts";
import { stateDirectory, type System } from "./system.ts";

/** Stored beside the trust records and not in the cache, because a bottle may share the cache and could then decide what it is allowed. */
const directoryOf = ({ env }: System) => `${stateDirectory(env)}/resolved`;
const fileOf = (system: System, key: readonly unknown[]) => `${directoryOf(system)}/${hashOfJson(key)}.json`;
const mostFiles = 256;

type Kept = {
  readonly by: string;
  readonly key: readonly unknown[];
  readonly inputs: Inputs;
  readonly result: unknown;
};

/** The stored result if none of its inputs has changed; undefined in any doubt. */
export function readKept(system: System, key: readonly unknown[]): unknown {
  const by = program();
  const kept = by === undefined ? undefined : (parseJson(readFileOrNothing(fileOf(system, key)) ?? "") as Kept | undefined);
  if (!kept || kept.by !== by || !Bun.deepEquals(kept.key, key)) return undefined;
  return isUnchanged(system, kept.inputs) ? kept.result : undefined;
} // prettier-ignore

/** Only speed depends on it, so a full disk or a directory that cannot be written to is no error. */
export function writeKept(system: System, key: readonly unknown[], inputs: Inputs, result: unknown): void {
  const by = program();
  if (by === undefined) return;
  const directory = directoryOf(system);
  try {
    const files = listDirectory(directory);
    if (files.length >= mostFiles) for (const file of files) removeFile(`${directory}/${file}`);
    writePrivate(fileOf(system, key), JSON.stringify({ by, key, inputs, result } satisfies Kept));
  } catch {
    // What needs the state directory says what is wrong with it.
  }
}

/** Identifies the program and the user. From source the program is many files, so nothing is stored. */
function program(): string | undefined {
  if (!Bun.isStandaloneExecutable) return undefined;
  return [contentOf(process.execPath), process.getuid?.(), process.getgid?.()].join(" ");
}

const questions: Readonly<Record<Question, (path: string) => Answer | undefined>> = {
  content: contentOf,
  realPath,
  exists,
  isDirectory,
  kindOf,
  ownerOf,
  isLink,
};

export function isUnchanged(system: System, { answers, variables, values }: Inputs): boolean {
  try {
    return (
      valuesOf(system.env, variables) === values &&
      answers.every(([question, path, answer]) => (questions[question](path) ?? null) === answer)
    );
  } catch {
    return false;
  }
}
