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
import { basename, dirname } from "node:path";
import { codeOf } from "../lib/errno.ts";
import { byteName } from "../lib/tree-state.ts";
import { openDirectory } from "./at.ts";
import { type ReadLimits, readWhole, usualBytes } from "./bounded.ts";
import { cannot, notWritable, tooLong, Unreadable } from "./errors.ts";
import { HeldDirectory } from "./held-directory.ts";

/** The text of a file, or undefined where there is none. Throws UserError for one that cannot be read, or is too long. */
export function readText(path: string, limits?: ReadLimits): string | undefined {
  try {
    // A link to it is how a file is said to be empty.
    if (isNullDevice(statSync(path))) return "";
    const file = readWhole(path, limits);
    if (file) return file.content.toString("utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined;
    throw cannot("read", path, cause);
  }
  throw cannot("read", path, new Unreadable(isDirectory(path) ? "it is a directory" : "it is not a regular file"));
}

const isNullDevice = ({ rdev }: Stats) => rdev === statSync("/dev/null").rdev;

/** The text of what is a regular file that can be read; no other thing is opened, a pipe least of all. Throws UserError for one that is too long. */
export function readFileOrNothing(path: string, limits?: ReadLimits): string | undefined {
  try {
    return readWhole(path, limits)?.content.toString("utf8");
  } catch (cause) {
    if (cause instanceof Unreadable) throw cannot("read", path, cause);
    return undefined;
  }
}

/** The text of a file by its real path, or nothing at all: a link put there meanwhile, on the way too, is not followed. */
export function readFileNoFollow(path: string): string {
  using directory = HeldDirectory.open(dirname(path));
  using file = directory.open(byteName(basename(path)));
  if (!file) throw cannot("read", path, new Unreadable("it is not a regular file any more"));
  if (file.status.size > usualBytes) throw cannot("read", path, tooLong(usualBytes));
  return Buffer.concat([...file.pieces()]).toString("utf8");
}

/** The real path of what is there, or undefined. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

export const exists = (path: string): boolean => existsSync(path);

/** A short word that is another one once the file or directory at `path` is; undefined where there is none. */
export function fileStamp(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && Bun.hash(`${path}\0${stat.size}\0${stat.mtimeMs}\0${stat.ino}`).toString(16);
}

/** What the file system says of what is there; undefined where we see nothing. `mode`: its rights alone. */
export function fileStatus(path: string): { mode: number; uid: number; gid: number; modifiedAt: number } | undefined {
  try {
    const { mode, uid, gid, mtimeMs } = statSync(path);
    return { mode: mode & 0o777, uid, gid, modifiedAt: mtimeMs };
  } catch {
    return undefined;
  }
}

/** Whose it is, by the number; of a link, whose the link is. */
export const ownerOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.uid;

/** What we may still write where `path` is, or will be: in bytes, and on which device. */
export function freeSpace(path: string): { readonly device: number; readonly free: number } {
  if (!existsSync(path) && dirname(path) !== path) return freeSpace(dirname(path));
  const { bavail, bsize } = statfsSync(path);
  return { device: statSync(path).dev, free: bavail * bsize };
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Itself, wherever it leads. */
export const isLink = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** Makes it our working directory. Throws UserError where that cannot be. */
export function enterDirectory(path: string): void {
  try {
    process.chdir(path);
  } catch (cause) {
    throw cannot("enter", path, cause);
  }
}

/** What is there, in words. */
export function kindOf(path: string): "directory" | "file" | "socket" | "pipe" | "device" {
  const found = statSync(path);
  if (found.isDirectory()) return "directory";
  if (found.isFile()) return "file";
  if (found.isSocket()) return "socket";
  return found.isFIFO() ? "pipe" : "device";
}

/** Makes a directory of ours, for us alone. */
export function privateDirectory(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK);
  } catch (cause) {
    throw notWritable(path, cause);
  }
  return path;
}

/** A symlink at `path` to `target`, in place of what was there. */
export function replaceSymlink(path: string, target: string): void {
  privateDirectory(dirname(path));
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

/** Removes the directories above `path` that are empty, below `limit`. */
export function removeEmptyAbove(path: string, limit: string): void {
  try {
    for (let above = dirname(path); above.startsWith(`${limit}/`); above = dirname(above)) rmdirSync(above);
  } catch {
    // Something else is in it.
  }
}

/** A program for the processor itself, and no script that needs another one. */
export const isNativeProgram = (path: string): boolean => readPrefix(path, 4) === "\x7fELF";

/** The first bytes of a file, one character each; none where it cannot be read. */
export function readPrefix(path: string, length: number): string {
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

/** The names in a directory, sorted; none where there is no such directory. */
export function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}

/** For us alone. */
export function writePrivate(path: string, content: string | Uint8Array, mode: 0o600 | 0o700 = 0o600): void {
  privateDirectory(dirname(path));
  writeWhole(path, content, { mode });
}

type WriteOptions = { readonly mode: number; readonly owner?: { readonly uid: number; readonly gid: number } };

/** In place of what is there, a link too; whole or not at all. */
export function writeWhole(path: string, content: string | Uint8Array, { mode, owner }: WriteOptions): void {
  const work = `${path}.new-${process.pid}`;
  try {
    // Whoever may write to the directory could have put a link there that leads elsewhere.
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

/** A new directory of ours whose path starts with `prefix`. */
export function makeTempDirectory(prefix: string): string {
  privateDirectory(dirname(prefix));
  return mkdtempSync(prefix);
}

/** In place of what is at `to`. */
export const renameOver = (from: string, to: string): void => renameSync(from, to);

/** Another process may have been first, which is as good. */
export function renameUnlessPresent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** Whether there was one. */
export function removeFile(path: string): boolean {
  const isThere = existsSync(path);
  rmSync(path, { force: true });
  return isThere;
}

export const removeTree = (path: string): void => rmSync(path, { recursive: true, force: true });

/** In place of what was there, a link too, with the rights that a file there had. */
export function writeText(path: string, text: string): void {
  const had = lstatSync(path, { throwIfNoEntry: false });
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    throw cannot("write", path, cause);
  }
  writeWhole(path, text, { mode: had?.isFile() ? had.mode & 0o7777 : 0o644 });
}

/** To a terminal, or another device that is there already. What cannot be written is left out. */
export function appendTo(path: string, text: string): void {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    if (fstatSync(file).isCharacterDevice()) writeSync(file, text);
  } catch {
    // Its owner is gone.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whether both paths lead to the same thing on the disk. */
export function isSameDirectory(one: string, other: string): boolean {
  try {
    const [first, second] = [statSync(one), statSync(other)];
    return first.ino === second.ino && first.dev === second.dev;
  } catch {
    return false;
  }
}

export type DirectoryIdentity = { readonly id: string; readonly changedAt: string };

/** Which directory a real path leads to; undefined where a link has come into it, or where there is no directory. */
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
