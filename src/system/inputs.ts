import { statSync } from "node:fs";
import { codeOf } from "../lib/errno.ts";
import { sha256 } from "../lib/hash.ts";
import type { System } from "./system.ts";

// The inputs of a result: each question to the file system and the environment, with its answer. Without a recording, a question has no extra
// cost.

export type Answer = string | number | boolean | null;

/** A question by the name of its function (files.ts), or "content" for a file that was read. */
export type Question = "content" | "realPath" | "exists" | "isDirectory" | "kindOf" | "ownerOf" | "isLink";

export type Inputs = {
  readonly answers: readonly (readonly [question: Question, path: string, answer: Answer])[];
  /** The names of the variables that were read, and one hash of all their values: these may be secret. */
  readonly variables: readonly string[];
  readonly values: string;
};

type Recording = {
  readonly answers: Map<string, readonly [Question, string, Answer]>;
  readonly variables: Set<string>;
  isWhole: boolean;
};

let recording: Recording | undefined;

/** A file that changed this shortly before it was read may change again within the same tick of its file system's clock (FAT counts in 2 s). */
const settledMs = 2_000;

/** Notes the answer, and gives it back. */
export function noted<const A extends Answer | undefined>(question: Question, path: string, answer: A): A {
  if (!recording) return answer;
  const key = `${question}\0${path}`;
  const known = recording.answers.get(key);
  if (known && known[2] !== (answer ?? null)) recording.isWhole = false;
  recording.answers.set(key, [question, path, answer ?? null]);
  return answer;
}

/** Before a file is read. */
export function noteContent(path: string): void {
  if (!recording) return;
  noted("content", path, contentOf(path));
  const changed = changedAt(path);
  if (changed !== undefined && changed > Date.now() - settledMs) noteOther();
}

/** Call this before a question whose answer cannot be compared later: it makes the recording useless. */
export function noteOther(): void {
  if (recording) recording.isWhole = false;
}

/** The file's identity and time of change, which no process can set; the error's name if there is none. */
export function contentOf(path: string): string {
  try {
    const { dev, ino, size, mode, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mode, mtimeNs, ctimeNs].join(":");
  } catch (error) {
    return String(codeOf(error));
  }
}

function changedAt(path: string): number | undefined {
  try {
    return statSync(path).ctimeMs;
  } catch {
    return undefined;
  }
}

/** Does the work with a system that records its questions. Returns no inputs if an answer cannot be compared later. */
export async function recordInputs<T>(
  system: System,
  work: (system: System) => Promise<T>,
): Promise<{ readonly result: T; readonly inputs: Inputs | undefined }> {
  const own: Recording = { answers: new Map(), variables: new Set(), isWhole: recording === undefined };
  recording = own;
  try {
    const result = await work(noting(system, own));
    const variables = [...own.variables].sort();
    const values = valuesOf(system.env, variables);
    return { result, inputs: own.isWhole ? { answers: [...own.answers.values()], variables, values } : undefined };
  } finally {
    recording = undefined;
  }
}

export const valuesOf = (env: System["env"], variables: readonly string[]): string =>
  sha256(JSON.stringify(variables.map((name) => env[name] ?? null)));

/** Reading the whole environment counts as reading each variable. */
function noting(system: System, { variables }: Recording): System {
  const note = (name: string | symbol) => void (typeof name === "string" && variables.add(name));
  const env = new Proxy(system.env, {
    get: (target, name) => (note(name), Reflect.get(target, name)),
    has: (target, name) => (note(name), Reflect.has(target, name)),
    ownKeys: (target) => (noteOther(), Reflect.ownKeys(target)),
  });
  const other = <Rest extends unknown[], Result>(ask: (...rest: Rest) => Result) =>
    ((...rest) => (noteOther(), ask(...rest))) satisfies typeof ask as typeof ask;
  return Object.create(system, {
    env: { value: env },
    user: { get: () => (noteContent("/etc/passwd"), note("USER"), system.user) },
    kernel: { get: () => (noteOther(), system.kernel) },
    isTty: { get: () => (noteOther(), system.isTty) },
    ...Object.fromEntries(
      (["which", "run", "attach", "become", "withEnv", "terminalSize", "readLine", "now"] as const).map((name) => [
        name,
        { value: other(system[name] as (...rest: unknown[]) => unknown) },
      ]),
    ),
  }) as System;
}
