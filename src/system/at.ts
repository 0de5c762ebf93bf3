import { read, toArrayBuffer } from "bun:ffi";
import { chmodSync, closeSync, constants, fchmodSync, fstatSync, openSync, readdirSync } from "node:fs";
import { constants as system } from "node:os";
import { isFileMode } from "../lib/tree-state.ts";
import { noteOther } from "./inputs.ts";
import { clearErrno, cString, errno, openLibc, variadic } from "./libc.ts";

// System calls on names in an open directory. A name is bytes, one character each. Errors have a code, like those of node:fs.

const isMac = process.platform === "darwin";
const { O_DIRECTORY, O_NOFOLLOW } = constants;
const O_CLOEXEC = isMac ? 0x1000000 : 0o2000000;
/** Needs no right to read, and opens a link itself. Linux only. */
const O_PATH = 0o10000000;
const AT_FDCWD = isMac ? -2 : -100;
const AT_REMOVEDIR = isMac ? 0x80 : 0x200;
const AT_SYMLINK_NOFOLLOW = 0x20;
/** openat2(2) has the same number on every Linux architecture. */
const SYS_openat2 = 437n;
const RESOLVE_NO_MAGICLINKS = 0x02n;
const RESOLVE_NO_SYMLINKS = 0x04n;
const RESOLVE_BENEATH = 0x08n;

const openat = variadic(["i32", "ptr", "i32"]);
const functions = {
  openat: { args: openat.args, returns: "i32" },
  mkdirat: { args: ["i32", "ptr", "u32"], returns: "i32" },
  unlinkat: { args: ["i32", "ptr", "i32"], returns: "i32" },
  renameat: { args: ["i32", "ptr", "i32", "ptr"], returns: "i32" },
  symlinkat: { args: ["ptr", "i32", "ptr"], returns: "i32" },
  linkat: { args: ["i32", "ptr", "i32", "ptr", "i32"], returns: "i32" },
  readlinkat: { args: ["i32", "ptr", "ptr", "u64"], returns: "i64" },
} as const;
const ofLinux = { syscall: { args: ["i64", "i64", "ptr", "ptr", "u64"], returns: "i64" } } as const;
const ofMac = {
  // On x64, the plain names are the calls from before 64-bit inodes.
  [process.arch === "x64" ? "fstatat$INODE64" : "fstatat"]: { args: ["i32", "ptr", "ptr", "i32"], returns: "i32" },
} as const;

let libc: ReturnType<typeof load> | undefined;
const load = () => {
  const found = openLibc(functions);
  if (!found) throw new Error("the C library of this system cannot be opened");
  return found;
};
const calls = () => (libc ??= load());

let linux: ReturnType<typeof openLibc<typeof ofLinux>>;
let mac: ReturnType<typeof openLibc<Record<string, (typeof ofMac)[string]>>>;

class CallError extends Error {
  readonly code: string;

  constructor(code: string, call: string, name: string) {
    super(`${code}: ${call} "${Buffer.from(name, "latin1").toString()}"`);
    this.code = code;
  }
}

const codes = new Map(Object.entries(system.errno).map(([code, number]) => [number, code]));

function checked<Result extends number | bigint>(result: Result, call: string, name: string): Result {
  if (result >= 0) return result;
  const number = errno();
  throw new CallError(codes.get(number) ?? `error ${number}`, call, name);
}

const bytes = (name: string): Uint8Array => cString(Buffer.from(name, "latin1"));

/** `fast`: openat2. `steps`: one open for each part of the path, if the kernel has no openat2 or a seccomp filter refuses it. */
export type Way = "fast" | "steps";
let way: Way = isMac ? "steps" : "fast";

/** For tests: every kernel that runs them has openat2. */
export function forceWay(wanted: Way): void {
  way = wanted;
}

type OpenOptions = { readonly flags: number; readonly mode?: number };

/** Opens something below an open directory, or by an absolute path. Follows no link, neither on the way nor at the end. */
export function openBeneath(directory: number | undefined, path: string, options: OpenOptions): number {
  const start = directory ?? AT_FDCWD;
  if (way === "fast") {
    const opened = openat2(start, path, options, directory === undefined ? 0n : RESOLVE_BENEATH);
    if (opened !== undefined) return opened;
    way = "steps";
  }
  return openBySteps(start, path, options);
}

/** Undefined if it cannot be called. */
function openat2(directory: number, path: string, { flags, mode = 0 }: OpenOptions, how: bigint): number | undefined {
  linux ??= openLibc(ofLinux);
  if (!linux) return undefined;
  const request = new BigUint64Array([
    BigInt(flags | O_NOFOLLOW | O_CLOEXEC),
    BigInt(mode),
    RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | how,
  ]);
  for (let attempt = 1; ; attempt += 1) {
    const opened = Number(linux.syscall(SYS_openat2, BigInt(directory), bytes(path), request, 24n));
    if (opened >= 0) return opened;
    const code = codes.get(errno());
    // EPERM: the filter of Docker before 20.10 does not know the call.
    if (code === "ENOSYS" || (code === "EPERM" && !isKnown())) return undefined;
    if (code !== "EAGAIN" || attempt === 10) throw new CallError(code ?? `error ${errno()}`, "open", path);
  }
}

let known: boolean | undefined;
/** Whether the kernel and its filters allow openat2, tested on `/`. */
function isKnown(): boolean {
  if (known !== undefined) return known;
  const request = new BigUint64Array([BigInt(O_PATH | O_CLOEXEC), 0n, 0n]);
  const opened = Number(linux?.syscall(SYS_openat2, BigInt(AT_FDCWD), bytes("/"), request, 24n) ?? -1n);
  if (opened >= 0) closeSync(opened);
  return (known = opened >= 0);
}

function openBySteps(start: number, path: string, options: OpenOptions): number {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const last = parts.pop() ?? ".";
  let directory = path.startsWith("/") ? openPart(AT_FDCWD, "/", onTheWay) : start;
  try {
    for (const part of parts) {
      const next = openPart(directory, part, onTheWay);
      if (directory !== start) closeSync(directory);
      directory = next;
    }
    return openPart(directory, last, options);
  } finally {
    if (directory !== start) closeSync(directory);
  }
}

const onTheWay: OpenOptions = { flags: O_DIRECTORY | (isMac ? 0 : O_PATH) };

function openPart(directory: number, name: string, { flags, mode = 0 }: OpenOptions): number {
  if (name === "..") throw new CallError("EXDEV", "open", name);
  const all = flags | O_NOFOLLOW | O_CLOEXEC;
  return checked(calls().openat(directory, bytes(name), all, ...openat.padding, BigInt(mode)), "open", name);
}

/** The directory that contains the name. */
export function openDirectory(directory: number | undefined, path: string): number {
  noteOther();
  return openBeneath(directory, path === "" ? "." : path, onTheWay);
}

/** Also works for a directory that we may not read. */
export function setDirectoryMode(directory: number, path: string, mode: number): void {
  const file = openDirectory(directory, path);
  try {
    if (isMac) fchmodSync(file, mode);
    else chmodSync(`/proc/self/fd/${file}`, mode);
  } finally {
    closeSync(file);
  }
}

export type Status = {
  readonly mode: number;
  readonly size: bigint;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly mtimeMs: number;
  /** The time of the last change of any kind. */
  readonly ctimeNs: bigint;
};

/** The status of the entry itself, even of a link; undefined if it does not exist. */
export function statusAt(directory: number, name: string): Status | undefined {
  try {
    return isMac ? statusOnMac(directory, name) : statusOnLinux(directory, name);
  } catch (error) {
    if (error instanceof CallError && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function statusOnLinux(directory: number, name: string): Status {
  const file = openPart(directory, name, { flags: O_PATH });
  try {
    return statusOf(file);
  } finally {
    closeSync(file);
  }
}

/** A regular file to read; undefined for anything else, which is not opened. */
export function openFileAt(directory: number, name: string): number | undefined {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  if (isMac) {
    if (!isFileMode(statusAt(directory, name)?.mode)) return undefined;
    return openPart(directory, name, { flags });
  }
  const file = openPart(directory, name, { flags: O_PATH });
  try {
    // Opens exactly the file that was checked.
    return isFileMode(fstatSync(file).mode) ? openSync(`/proc/self/fd/${file}`, flags) : undefined;
  } finally {
    closeSync(file);
  }
}

export function statusOf(file: number): Status {
  const { mode, size, dev, ino, mtimeMs, ctimeNs } = fstatSync(file, { bigint: true });
  return { mode: Number(mode), size, dev, ino, mtimeMs: Number(mtimeMs), ctimeNs };
}

/** macOS has no O_PATH: a socket, or a file that may not be read, cannot be opened at all. */
function statusOnMac(directory: number, name: string): Status {
  mac ??= openLibc(ofMac);
  const fstatat = Object.values(mac ?? {})[0];
  const buffer = Buffer.alloc(144);
  checked(fstatat?.(directory, bytes(name), buffer, AT_SYMLINK_NOFOLLOW) ?? -1, "stat", name);
  const time = (at: number) => buffer.readBigInt64LE(at) * 1_000_000_000n + buffer.readBigInt64LE(at + 8);
  return {
    dev: BigInt(buffer.readInt32LE(0)),
    mode: buffer.readUInt16LE(4),
    ino: buffer.readBigUInt64LE(8),
    mtimeMs: Number(time(48) / 1_000_000n),
    ctimeNs: time(64),
    size: buffer.readBigInt64LE(96),
  };
}

/** The names in an open directory, unsorted, at most `limit`. */
export function namesIn(directory: number, limit = Infinity): string[] {
  if (isMac || limit < Infinity) return namesByLibc(directory, limit);
  return readdirSync(`/proc/self/fd/${directory}`, { encoding: "buffer" }).map((name) => name.toString("latin1"));
}

/** The offset of the name in struct dirent. It follows the type and, on a Mac, the name's length. */
const nameAt = isMac ? 21 : 19;
const lengthAt = 16;
const directoryCalls = {
  [isMac && process.arch === "x64" ? "fdopendir$INODE64" : "fdopendir"]: { args: ["i32"], returns: "ptr" },
  [isMac && process.arch === "x64" ? "readdir$INODE64" : "readdir"]: { args: ["ptr"], returns: "ptr" },
  closedir: { args: ["ptr"], returns: "i32" },
} as const;

/** The same for systems on which an open directory has no path. */
export function namesByLibc(directory: number, limit = Infinity): string[] {
  const [fdopendir, readdir, closedir] = Object.values(openLibc(directoryCalls) ?? {}) as unknown as [
    (file: number) => number,
    (stream: number) => number,
    (stream: number) => number,
  ];
  const stream = fdopendir(openPart(directory, ".", { flags: constants.O_RDONLY | O_DIRECTORY }));
  const names: string[] = [];
  try {
    clearErrno();
    while (names.length < limit) {
      const entry = readdir(stream) as never;
      if (!entry) break;
      const record = Buffer.from(toArrayBuffer(entry, 0, read.u16(entry, lengthAt)));
      const name = record.toString("latin1", nameAt, record.indexOf(0, nameAt));
      if (name !== "." && name !== "..") names.push(name);
      clearErrno();
    }
    checked(errno() === 0 ? 0 : -1, "list", "");
    return names;
  } finally {
    closedir(stream);
  }
}

export const makeDirectoryAt = (directory: number, name: string, mode: number): void =>
  void checked(calls().mkdirat(directory, bytes(name), mode), "make", name);

export const unlinkAt = (directory: number, name: string): void =>
  void checked(calls().unlinkat(directory, bytes(name), 0), "remove", name);

export const removeDirectoryAt = (directory: number, name: string): void =>
  void checked(calls().unlinkat(directory, bytes(name), AT_REMOVEDIR), "remove", name);

export const renameAt = (from: number, name: string, to: number, newName: string): void =>
  void checked(calls().renameat(from, bytes(name), to, bytes(newName)), "rename", name);

export const linkAt = (from: number, name: string, to: number, newName: string): void =>
  void checked(calls().linkat(from, bytes(name), to, bytes(newName), 0), "link", name);

export const symlinkAt = (target: string, directory: number, name: string): void =>
  void checked(calls().symlinkat(bytes(target), directory, bytes(name)), "link", name);

export function readLinkAt(directory: number, name: string): string {
  const buffer = Buffer.alloc(4097);
  const length = checked(
    Number(calls().readlinkat(directory, bytes(name), buffer, BigInt(buffer.length))),
    "read",
    name,
  );
  return buffer.toString("latin1", 0, length);
}
