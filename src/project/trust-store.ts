import { sha256 } from "../lib/hash.ts";
import * as v from "valibot";
import { listDirectory, readText, removeFile, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";

const schema = v.array(
  v.object({
    directory: v.string(),
    profile: v.optional(v.string()),
    backend: v.string(),
    hash: v.string(),
    trustedAt: v.number(),
  }),
);

/** What was approved of a directory's manifest: the latest approval for each profile and backend. */
export type Trust = v.InferOutput<typeof schema>[number];

/** The profile and backend with which the manifest was read. */
export type View = { readonly directory: string; readonly profile?: string | undefined; readonly backend: string };

export const isOf = (trust: Trust, { directory, profile, backend }: View): boolean =>
  trust.directory === directory && trust.profile === profile && trust.backend === backend;

const storeOf = ({ env }: System) => `${stateDirectory(env)}/trust`;
const fileOf = (system: System, directory: string) => `${storeOf(system)}/${sha256(directory)}.json`;

export const trustsOf = (system: System, directory: string): Trust[] =>
  read(fileOf(system, directory)).filter((trust) => trust.directory === directory);

/** Replaces the earlier approval of that view. */
export function saveTrust(system: System, view: View, hash: string): void {
  const others = trustsOf(system, view.directory).filter((trust) => !isOf(trust, view));
  const all = [...others, { ...view, hash, trustedAt: system.now() }];
  writePrivate(fileOf(system, view.directory), `${JSON.stringify(all)}\n`);
}

/** Returns whether there was one. */
export const revokeTrust = (system: System, directory: string): boolean => removeFile(fileOf(system, directory));

export const listTrust = (system: System): Trust[] =>
  listDirectory(storeOf(system))
    .flatMap((name) => read(`${storeOf(system)}/${name}`))
    .sort((one, other) => (one.directory < other.directory ? -1 : 1));

/** An unreadable record counts as no trust. */
function read(file: string): Trust[] {
  try {
    return v.parse(schema, JSON.parse(readText(file) ?? "[]"));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof v.ValiError) return [];
    throw error;
  }
}
