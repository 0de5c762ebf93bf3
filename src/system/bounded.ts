import { closeSync, constants, fstatSync, openSync, readSync, statfsSync, statSync } from "node:fs";
import { kernelFile, tooLong } from "./errors.ts";
import { noteContent } from "./inputs.ts";

/** More than any file that a person or one of our programs writes. */
export const usualBytes = 8 * 1024 * 1024;
const pieceBytes = 64 * 1024;

/**
 * Linux file system types (statfs(2)): procfs, sysfs, debugfs, tracefs, securityfs, configfs, cgroup, cgroup2. Their files report no size, and some
 * never end.
 */
const kernelTypes = [0x9fa0, 0x62656572, 0x64626720, 0x74726163, 0x73636673, 0x62656570, 0x27e0eb, 0x63677270];

export type ReadLimits = { readonly maxBytes?: number };

type Whole = { readonly content: Buffer; readonly mode: number };

/**
 * Reads all of a regular file, with its permissions. Undefined for anything else, which is not opened: opening a device may have effects, and a pipe
 * has no end. Throws Unreadable for a longer file and for a file of the kernel, to which a repository can link, and the system's own errors.
 */
export function readWhole(path: string, { maxBytes = usualBytes }: ReadLimits = {}): Whole | undefined {
  noteContent(path);
  if (!statSync(path).isFile()) return undefined;
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return undefined;
    if (stat.size > maxBytes) throw tooLong(maxBytes);
    if (!/^\/(proc|sys)\//.test(path) && isKernels(file)) throw kernelFile();
    return { content: readUpTo(file, maxBytes, stat.size), mode: stat.mode & 0o777 };
  } finally {
    closeSync(file);
  }
}

/** The same; undefined for anything that cannot be read, including a file of more than `maxBytes`. */
export function readBounded(path: string, maxBytes: number): Whole | undefined {
  try {
    return readWhole(path, { maxBytes });
  } catch {
    return undefined;
  }
}

/** The file may grow while it is read, and in the kernel's file systems a size of 0 means nothing. */
function readUpTo(file: number, maxBytes: number, size: number): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.alloc(Math.max(pieceBytes, length === 0 ? size + 1 : 0));
    const count = readSync(file, piece, 0, piece.length, null);
    if (count === 0) return Buffer.concat(pieces, length);
    length += count;
    if (length > maxBytes) throw tooLong(maxBytes);
    pieces.push(piece.subarray(0, count));
  }
}

function isKernels(file: number): boolean {
  return process.platform === "linux" && kernelTypes.includes(Number(statfsSync(`/proc/self/fd/${file}`).type));
} // prettier-ignore
