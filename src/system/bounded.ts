import { closeSync, constants, fstatSync, openSync, readSync, statfsSync, statSync } from "node:fs";
import { tooLong, Unreadable } from "./errors.ts";

/** No file that a person or a program of ours writes comes near it. */
export const usualBytes = 8 * 1024 * 1024;
const pieceBytes = 64 * 1024;

/** Of Linux (statfs(2)): procfs, sysfs, debugfs, tracefs, securityfs, configfs, cgroup, cgroup2. Their files have no size, and some no end. */
const kernelTypes = [0x9fa0, 0x62656572, 0x64626720, 0x74726163, 0x73636673, 0x62656570, 0x27e0eb, 0x63677270];

export type ReadLimits = { readonly maxBytes?: number };

type Whole = { readonly content: Buffer; readonly mode: number };

/**
 * All of a regular file, with its permissions; undefined for what is none, which is not opened: a device may do something, a pipe has no
 * end. Throws Unreadable for a longer one and for a file of the kernel's, to which a repository can link, and the system's own errors.
 */
export function readWhole(path: string, { maxBytes = usualBytes }: ReadLimits = {}): Whole | undefined {
  if (!statSync(path).isFile()) return undefined;
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) return undefined;
    if (stat.size > maxBytes) throw tooLong(maxBytes);
    if (!/^\/(proc|sys)\//.test(path) && isKernels(file)) throw new Unreadable("it is a file of the kernel's");
    return { content: readUpTo(file, maxBytes, stat.size), mode: stat.mode & 0o777 };
  } finally {
    closeSync(file);
  }
}

/** The same; undefined for whatever cannot be read, a file of more than `maxBytes` too. */
export function readBounded(path: string, maxBytes: number): Whole | undefined {
  try {
    return readWhole(path, { maxBytes });
  } catch {
    return undefined;
  }
}

/** It may grow meanwhile, and a size of 0 is no size in the kernel's file systems. */
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
