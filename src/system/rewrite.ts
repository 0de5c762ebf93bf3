import { lstatSync, realpathSync, rmSync, statSync } from "node:fs";
import { codeOf } from "../lib/errno.ts";
import { readWhole } from "./bounded.ts";
import { writeWhole } from "./files.ts";
import { cannot, danglingLink, notRegular, readOnly } from "./errors.ts";

/** A file of the user as bytes, one character each, so that the parts that are not ours are written back unchanged. */
export function readBytes(path: string): string | undefined {
  try {
    // Root would replace a device such as /dev/null with a file.
    const file = readWhole(path);
    if (file) return file.content.toString("latin1");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw cannot("read", path, cause);
  }
  throw notRegular(path);
}

/**
 * Replaces a file completely or not at all, keeps its mode and owner, and follows a symlink. `undefined` removes it. Throws UserError for a read-only
 * file, even though root could write it.
 */
export function rewriteBytes(path: string, bytes: string | undefined): void {
  const file = targetOf(path);
  const had = statSync(file, { throwIfNoEntry: false });
  if (had && !had.isFile()) throw notRegular(path);
  if (had && (had.mode & 0o222) === 0) throw readOnly(path);
  if (bytes === undefined) return removeOwn(file);
  const owner = had && { owner: { uid: had.uid, gid: had.gid } };
  writeWhole(file, Buffer.from(bytes, "latin1"), { mode: had ? had.mode & 0o7777 : 0o644, ...owner });
}

function removeOwn(path: string): void {
  try {
    rmSync(path);
  } catch (cause) {
    throw cannot("remove", path, cause);
  }
}

function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
    throw danglingLink(path);
  }
}
