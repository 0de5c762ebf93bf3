import * as v from "valibot";
import { exists, listDirectory, readText, removeFile, writePrivate } from "../../system/files.ts";
import { stateDirectory, type System } from "../../system/system.ts";
import { parseJson } from "./kubectl.ts";

// Records on this machine where each bottle is: `stop`, `rm` and `ls` know only names, and only clusters with bottles are asked.

const directory = ({ env }: System) => `${stateDirectory(env)}/kubernetes`;
const fileOf = (system: System, name: string) => `${directory(system)}/${name}.json`;

const recordSchema = v.object({
  context: v.string(),
  namespace: v.string(),
  storageClass: v.optional(v.string(), undefined),
  directory: v.string(),
  /** A new pod does not have all of the saved home yet. */
  isRestoring: v.optional(v.boolean(), false),
  /** When its pod was last seen ready, in ms. */
  seenAt: v.optional(v.number(), 0),
});
export type Record = v.InferOutput<typeof recordSchema>;

export function readRecord(system: System, name: string): Record | undefined {
  const parsed = v.safeParse(recordSchema, parseJson(readText(fileOf(system, name)) ?? ""));
  return parsed.success ? parsed.output : undefined;
}

export const saveRecord = (system: System, name: string, record: Record): void =>
  writePrivate(fileOf(system, name), JSON.stringify(record));

export function forgetRecord(system: System, name: string): void {
  removeFile(fileOf(system, name));
  removeFile(homeArchive(system, name));
  forgetClaude(system, name);
}

export const listRecords = (system: System): { readonly name: string; readonly record: Record }[] =>
  listDirectory(directory(system)).flatMap((file) => {
    const name = /^(.+)\.json$/.exec(file)?.[1];
    const record = name === undefined ? undefined : readRecord(system, name);
    return name === undefined || record === undefined ? [] : [{ name, record }];
  });

/** The home of a stopped bottle without a volume, as the bottle packed it. The host never unpacks it. */
export const homeArchive = (system: System, name: string): string => `${directory(system)}/${name}.home.tar`;
export const hasHome = (system: System, name: string): boolean => keptArchives(system, name).length > 0;

/** Claude's conversations from the last sync of a session, newer than the home. */
export const claudeArchive = (system: System, name: string): string => `${directory(system)}/${name}.claude.tar`;
export const forgetClaude = (system: System, name: string): void => void removeFile(claudeArchive(system, name));

/** The archives for a new pod, in order. */
export const keptArchives = (system: System, name: string): string[] =>
  [homeArchive(system, name), claudeArchive(system, name)].filter(exists);

/** Marks what is ours in a cluster, where users often share uids and directories. */
export function ownerId(system: System): string {
  const file = `${directory(system)}/owner`;
  const known = readText(file)?.trim();
  if (known && /^[0-9a-f]{16}$/.test(known)) return known;
  const made = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
  writePrivate(file, `${made}\n`);
  return made;
}
