import { lstatSync, realpathSync, rmSync, statSync } from "node:fs";
import { codeOf } from "../lib/errno.ts";
import { readWhole } from "./bounded.ts";
import { writeWhole } from "./files.ts";
import { cannot, danglingLink, notRegular, readOnly } from "./errors.ts";

/** A file of the user's, a character for each byte, so that what is not ours is written back as it was. */
export function readBytes(path: string): string | undefined {
  try {
    // In the place of a device, such as /dev/null, root would put a file.
    const file = readWhole(path);
    if (file) return file.content.toString("latin1");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw cannot("read", path, cause);
  }
  throw notRegular(path);
}

/**
 * Whole or not at all, with the mode and the owner that it had, and through a symlink; undefined removes. Throws
 * UserError for a file that is not to be written, though root could.
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
