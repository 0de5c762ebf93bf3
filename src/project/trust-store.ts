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

/** What was trusted of a directory's manifest: of each profile and backend that it was looked at with, the last. */
export type Trust = v.InferOutput<typeof schema>[number];

/** What the manifest was looked at with. */
export type View = { readonly directory: string; readonly profile?: string | undefined; readonly backend: string };

export const isOf = (trust: Trust, { directory, profile, backend }: View): boolean =>
  trust.directory === directory && trust.profile === profile && trust.backend === backend;

const storeOf = ({ env }: System) => `${stateDirectory(env)}/trust`;
const fileOf = (system: System, directory: string) => `${storeOf(system)}/${sha256(directory)}.json`;

export const trustsOf = (system: System, directory: string): Trust[] =>
  read(fileOf(system, directory)).filter((trust) => trust.directory === directory);

/** In place of what was trusted in that view before. */
export function saveTrust(system: System, view: View, hash: string): void {
  const others = trustsOf(system, view.directory).filter((trust) => !isOf(trust, view));
  const all = [...others, { ...view, hash, trustedAt: system.now() }];
  writePrivate(fileOf(system, view.directory), `${JSON.stringify(all)}\n`);
}

/** Whether there was one. */
export const revokeTrust = (system: System, directory: string): boolean => removeFile(fileOf(system, directory));

export const listTrust = (system: System): Trust[] =>
  listDirectory(storeOf(system))
    .flatMap((name) => read(`${storeOf(system)}/${name}`))
    .sort((one, other) => (one.directory < other.directory ? -1 : 1));

/** A record that cannot be read is no trust. */
function read(file: string): Trust[] {
  try {
    return v.parse(schema, JSON.parse(readText(file) ?? "[]"));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof v.ValiError) return [];
    throw error;
  }
}
