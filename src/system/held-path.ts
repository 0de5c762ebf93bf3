import { closeSync, fstatSync } from "node:fs";
import { basename, dirname } from "node:path";
import { byteName } from "../lib/tree-state.ts";
import { openDirectory } from "./at.ts";
import { usualBytes } from "./bounded.ts";
import { cannot, noLongerAFile, tooLong } from "./errors.ts";
import { HeldDirectory } from "./held-directory.ts";

/** The text of a file by its real path. Fails if a link has been put anywhere on the path since. */
export function readFileNoFollow(path: string): string {
  using directory = HeldDirectory.open(dirname(path));
  using file = directory.open(byteName(basename(path)));
  if (!file) throw cannot("read", path, noLongerAFile());
  if (file.status.size > usualBytes) throw cannot("read", path, tooLong(usualBytes));
  return Buffer.concat([...file.pieces()]).toString("utf8");
}

export type DirectoryIdentity = { readonly id: string; readonly changedAt: string };

/** The identity of the directory at a real path; undefined if a link has come into the path, or if it is not a directory. */
export function directoryIdentity(path: string): DirectoryIdentity | undefined {
  let file: number | undefined;
  try {
    file = openDirectory(undefined, Buffer.from(path).toString("latin1"));
    const { dev, ino, ctimeNs } = fstatSync(file, { bigint: true });
    return { id: `${dev}:${ino}`, changedAt: String(ctimeNs / 1_000_000_000n) };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
