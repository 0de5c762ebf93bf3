import {
  dlopen,
  read,
  toArrayBuffer,
  type FFIFunction,
  type FFITypeOrString,
  type Library,
  type Pointer,
} from "bun:ffi";

const isMac = process.platform === "darwin";
const musl = `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`;
const names = isMac ? ["/usr/lib/libSystem.B.dylib"] : ["libc.so.6", musl];

/**
 * Functions of the system's C library; undefined if it cannot be opened or lacks one of them. Bun compiles a call for each, in about 20 microseconds:
 * list only the functions that you use, and call this on first use.
 */
export function openLibc<const Functions extends Record<string, FFIFunction>>(
  functions: Functions,
): Library<Functions>["symbols"] | undefined {
  for (const name of names) {
    try {
      return dlopen(name, functions).symbols;
    } catch {
      continue;
    }
  }
  return undefined;
}

/**
 * The arguments of a C function that takes more than its `fixed` ones (open, fcntl, ioctl). Apple's arm64 passes those on the stack, after all eight
 * registers; other systems treat them like any others. `padding` fills the registers in a call.
 */
export function variadic<const Fixed extends readonly FFITypeOrString[]>(fixed: Fixed) {
  const padding = Array<"i64">(isMac && process.arch === "arm64" ? 8 - fixed.length : 0).fill("i64");
  return { args: [...fixed, ...padding, "i64"] as FFITypeOrString[], padding: padding.map(() => 0n) };
}

let location: Pointer | undefined;

function errorLocation(): Pointer | undefined {
  return (location ??= (
    isMac
      ? openLibc({ __error: { args: [], returns: "ptr" } })?.__error()
      : openLibc({ __errno_location: { args: [], returns: "ptr" } })?.__errno_location()
  ) as Pointer | undefined);
}

/** The error number of the preceding call, which failed; 0 if it is not known. */
export function errno(): number {
  const at = errorLocation();
  return at ? read.i32(at, 0) : 0;
}

/** For a call that reports its end and a failure in the same way, except for the error number. */
export function clearErrno(): void {
  const at = errorLocation();
  if (at) new Int32Array(toArrayBuffer(at, 0, 4))[0] = 0;
}

/** A NUL-terminated C string. */
export const cString = (text: string | Uint8Array): Uint8Array =>
  typeof text === "string" ? Buffer.from(`${text}\0`) : Buffer.concat([text, Buffer.from([0])]);
