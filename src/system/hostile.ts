import { byteName, textName } from "../lib/tree-state.ts";
import { UserError } from "../errors.ts";
import { HeldDirectory } from "./held-directory.ts";

// For directories that a bottle writes while we read them. What cannot be read counts as missing.

export type HostileFile = { readonly text: string; readonly modifiedAt: number };

/** The regular file `root/path`; undefined for anything else, behind a link, and above `limit` bytes. */
export const readHostile = (root: string, path: string, limit: number): HostileFile | undefined =>
  within(root, (directory) => {
    using file = directory.open(byteName(path));
    if (!file || file.status.size > limit) return undefined;
    return { text: Buffer.concat([...file.pieces()]).toString("utf8"), modifiedAt: file.status.mtimeMs };
  });

/** At most `limit` names in the directory `root/path`. */
export const listHostile = (root: string, path: string, limit: number): string[] =>
  within(root, (directory) => directory.list(byteName(path), limit).map(textName)) ?? [];

function within<T>(root: string, work: (directory: HeldDirectory) => T): T | undefined {
  try {
    using directory = HeldDirectory.open(root);
    return work(directory);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
