import {
  type Stats,
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../lib/errno.ts";
import { type ReadLimits, readWhole } from "./bounded.ts";
import { cannot, notAFile, notWritable, Unreadable } from "./errors.ts";
import { noteContent, noted, noteOther } from "./inputs.ts";

/** The text of a file; undefined if it does not exist. Throws UserError if it cannot be read or is too long. */
export function readText(path: string, limits?: ReadLimits): string | undefined {
  noteContent(path);
  try {
    // A link to the null device is a common way to make a file empty.
    if (isNullDevice(statSync(path))) return "";
    const file = readWhole(path, limits);
    if (file) return file.content.toString("utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined;
    throw cannot("read", path, cause);
  }
  throw cannot("read", path, notAFile(isDirectory(path)));
}

const isNullDevice = ({ rdev }: Stats) => rdev === statSync("/dev/null").rdev;

/** The text of a readable regular file. Opens nothing else, in particular no pipe. Throws UserError if it is too long. */
export function readFileOrNothing(path: string, limits?: ReadLimits): string | undefined {
  noteContent(path);
  try {
    return readWhole(path, limits)?.content.toString("utf8");
  } catch (cause) {
    if (cause instanceof Unreadable) throw cannot("read", path, cause);
    return undefined;
  }
}

/** The real path; undefined if nothing is there. */
export function realPath(path: string): string | undefined {
  try {
    return noted("realPath", path, realpathSync(path));
  } catch {
    return noted("realPath", path, undefined);
  }
}

export const exists = (path: string): boolean => noted("exists", path, existsSync(path));

/** A short text that changes whenever the file or directory does; undefined if there is none. */
export function fileStamp(path: string): string | undefined {
  noteContent(path);
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && Bun.hash(`${path}\0${stat.size}\0${stat.mtimeMs}\0${stat.ino}`).toString(16);
}

/** The status of the file; undefined if we cannot see it. `mode`: only the permission bits. */
export function fileStatus(path: string): { mode: number; uid: number; gid: number; modifiedAt: number } | undefined {
  noteOther();
  try {
    const { mode, uid, gid, mtimeMs } = statSync(path);
    return { mode: mode & 0o777, uid, gid, modifiedAt: mtimeMs };
  } catch {
    return undefined;
  }
}

/** The owner's uid; for a link, the link's own owner. */
export const ownerOf = (path: string): number | undefined =>
  noted("ownerOf", path, lstatSync(path, { throwIfNoEntry: false })?.uid);

/** The bytes that we may still write at `path`, which need not exist yet, and the device. */
export function freeSpace(path: string): { readonly device: number; readonly free: number } {
  noteOther();
  if (!existsSync(path) && dirname(path) !== path) return freeSpace(dirname(path));
  const { bavail, bsize } = statfsSync(path);
  return { device: statSync(path).dev, free: bavail * bsize };
}

export function isDirectory(path: string): boolean {
  return noted("isDirectory", path, statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

/** Whether the path itself is a link, whatever it leads to. */
export const isLink = (path: string): boolean =>
  noted("isLink", path, lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false);

/** Makes it our working directory. Throws UserError on failure. */
export function enterDirectory(path: string): void {
  try {
    process.chdir(path);
  } catch (cause) {
    throw cannot("enter", path, cause);
  }
}

/** What is there, in words. */
export const kindOf = (path: string): Kind => noted("kindOf", path, kindIn(statSync(path)));

type Kind = "directory" | "file" | "socket" | "pipe" | "device";

function kindIn(found: Stats): Kind {
  if (found.isDirectory()) return "directory";
  if (found.isFile()) return "file";
  if (found.isSocket()) return "socket";
  return found.isFIFO() ? "pipe" : "device";
}

/** Creates a directory that only we can use. */
export function privateDirectory(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw notWritable(path, cause);
  }
  return path;
}

/** Creates a symlink from `path` to `target`, replacing what was there. */
export function replaceSymlink(path: string, target: string): void {
  privateDirectory(dirname(path));
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

/** Removes the empty directories above `path`, below `limit`. */
export function removeEmptyAbove(path: string, limit: string): void {
  try {
    for (let above = dirname(path); above.startsWith(`${limit}/`); above = dirname(above)) rmdirSync(above);
  } catch {
    // It is not empty.
  }
}

/** A native executable, as opposed to a script that needs an interpreter. */
export const isNativeProgram = (path: string): boolean => readPrefix(path, 4) === "\x7fELF";

/** The first bytes of a file, one character each; empty if it cannot be read. */
export function readPrefix(path: string, length: number): string {
  noteOther();
  try {
    const file = openSync(path, "r");
    try {
      const start = Buffer.alloc(length);
      return start.toString("latin1", 0, readSync(file, start));
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}

/** The names in a directory, sorted; empty if it does not exist. */
export function listDirectory(directory: string): string[] {
  noteOther();
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

/** Only for us to read. */
export function writePrivate(path: string, content: string | Uint8Array, mode: 0o600 | 0o700 = 0o600): void {
  privateDirectory(dirname(path));
  writeWhole(path, content, { mode });
}

type WriteOptions = { readonly mode: number; readonly owner?: { readonly uid: number; readonly gid: number } };

/** Replaces what is there, even a link, completely or not at all. */
export function writeWhole(path: string, content: string | Uint8Array, { mode, owner }: WriteOptions): void {
  const work = `${path}.new-${process.pid}`;
  try {
    // Another user of the directory could have put a link there.
    rmSync(work, { force: true });
    writeFileSync(work, content, { mode, flag: "wx" });
    chmodSync(work, mode);
    if (owner) chownSync(work, owner.uid, owner.gid);
    renameSync(work, path);
  } catch (cause) {
    rmSync(work, { force: true });
    throw cannot("write", path, cause);
  }
}

/** Creates a new directory whose path starts with `prefix`. */
export function makeTempDirectory(prefix: string): string {
  privateDirectory(dirname(prefix));
  return mkdtempSync(prefix);
}

/** Replaces what is at `to`. */
export const renameOver = (from: string, to: string): void => renameSync(from, to);

/** If another process was first, its result is just as good. */
export function renameUnlessPresent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** Returns whether there was one. */
export function removeFile(path: string): boolean {
  const isThere = existsSync(path);
  rmSync(path, { force: true });
  return isThere;
}

export const removeTree = (path: string): void => rmSync(path, { recursive: true, force: true });

/** Replaces what was there, even a link, and keeps the permissions of an earlier file. */
export function writeText(path: string, text: string): void {
  const had = lstatSync(path, { throwIfNoEntry: false });
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    throw cannot("write", path, cause);
  }
  writeWhole(path, text, { mode: had?.isFile() ? had.mode & 0o7777 : 0o644 });
}

/** For a terminal or another existing device. Drops what cannot be written. */
export function appendTo(path: string, text: string): void {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    if (fstatSync(file).isCharacterDevice()) writeSync(file, text);
  } catch {
    // The terminal is gone.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whether both paths lead to the same directory. */
export function isSameDirectory(one: string, other: string): boolean {
  noteOther();
  try {
    const [first, second] = [statSync(one), statSync(other)];
    return first.ino === second.ino && first.dev === second.dev;
  } catch {
    return false;
  }
}
