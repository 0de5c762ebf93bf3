import { ptr } from "bun:ffi";
import { openLibc, variadic } from "../system/libc.ts";

const fcntl = variadic(["i32", "i32"]);
const ioctl = variadic(["i32", "u64"]);

const F_GETFL = 3;
const F_SETFL = 4;
const TCSANOW = 0;
const TCOON = process.platform === "darwin" ? 2 : 1;
const SIGTTOU = 22;
const SIG_BLOCK = process.platform === "darwin" ? 1 : 0;
const isMac = process.platform === "darwin";
const { O_NONBLOCK, TIOCGWINSZ, TIOCSWINSZ, TIOCNXCL, TCIFLUSH } = isMac
  ? { O_NONBLOCK: 4, TIOCGWINSZ: 0x40087468n, TIOCSWINSZ: 0x80087467n, TIOCNXCL: 0x2000740en, TCIFLUSH: 1 }
  : { O_NONBLOCK: 0x800, TIOCGWINSZ: 0x5413n, TIOCSWINSZ: 0x5414n, TIOCNXCL: 0x540dn, TCIFLUSH: 0 };

/** Calls for which JavaScript has no interface. Costs 0.15 ms and 3 MB. */
const libc = openLibc({
  tcgetattr: { args: ["i32", "ptr"], returns: "i32" },
  tcsetattr: { args: ["i32", "i32", "ptr"], returns: "i32" },
  tcgetpgrp: { args: ["i32"], returns: "i32" },
  tcsetpgrp: { args: ["i32", "i32"], returns: "i32" },
  tcflow: { args: ["i32", "i32"], returns: "i32" },
  getpgrp: { args: [], returns: "i32" },
  sigprocmask: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  fcntl: { args: fcntl.args, returns: "i32" },
  ioctl: { args: ioctl.args, returns: "i32" },
});
export const hasLibc = libc !== undefined;

/** The terminal's modes in the kernel's format; undefined if the descriptor is not a terminal. */
export function getModes(fd: number): Uint8Array | undefined {
  // struct termios is 60 bytes on Linux and 72 on macOS.
  const modes = new Uint8Array(128);
  return libc?.tcgetattr(fd, ptr(modes)) === 0 ? modes : undefined;
}

export function setModes(fd: number, modes: Uint8Array): void {
  libc?.tcsetattr(fd, TCSANOW, ptr(modes));
}

/**
 * Whether we may change the terminal: not while a shell has put another process group in the foreground. If that group's process is dead, we take its
 * place, ignoring the SIGTTOU that this causes.
 */
export function holdTerminal(fd: number): boolean {
  const own = libc?.getpgrp() ?? -1;
  const foreground = libc?.tcgetpgrp(fd) ?? -1;
  // The kernel stops nobody for a terminal that does not control the session.
  if (foreground === own || foreground === -1) return true;
  if (foreground <= 0 || isAlive(-foreground)) return false;
  return takeTerminal(fd);
}

/** Puts our process group in the terminal's foreground, whichever is there. */
export function takeTerminal(fd: number): boolean {
  const signals = new Uint32Array(32);
  signals[0] = 1 << (SIGTTOU - 1);
  libc?.sigprocmask(SIG_BLOCK, ptr(signals), null);
  return libc?.tcsetpgrp(fd, libc?.getpgrp() ?? -1) === 0;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** O_NONBLOCK, O_APPEND and O_ASYNC belong to the open file, and so to every process that shares it. -1 for a closed descriptor. */
export const getFlags = (fd: number): number => libc?.fcntl(fd, F_GETFL, ...fcntl.padding, 0n) ?? -1;

export function setFlags(fd: number, wanted: number): void {
  const flags = getFlags(fd);
  if (flags !== -1 && wanted !== -1 && flags !== wanted) libc?.fcntl(fd, F_SETFL, ...fcntl.padding, BigInt(wanted));
}

export const withoutNonBlocking = (flags: number): number => (flags === -1 ? flags : flags & ~O_NONBLOCK);

/** Clears exclusive mode and restarts output, both of which a program may have set. */
export function freeTerminal(fd: number): void {
  libc?.ioctl(fd, TIOCNXCL, ...ioctl.padding, 0n);
  libc?.tcflow(fd, TCOON);
}

export function setWindowSize(fd: number, { rows, columns }: { rows: number; columns: number }): void {
  const size = new Uint16Array([rows, columns, 0, 0]);
  libc?.ioctl(fd, TIOCSWINSZ, ...ioctl.padding, BigInt(ptr(size)));
}

/** Only used to take back a terminal. */
const openInput = () =>
  openLibc({
    cfmakeraw: { args: ["ptr"], returns: "void" },
    tcflush: { args: ["i32", "i32"], returns: "i32" },
    poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
    read: { args: ["i32", "ptr", "u64"], returns: "i64" },
  });
let input: ReturnType<typeof openInput>;

/** The same modes, but each byte arrives as it is typed, without echo. */
export function makeRaw(modes: Uint8Array): Uint8Array | undefined {
  input ??= openInput();
  const raw = modes.slice();
  input?.cfmakeraw(ptr(raw));
  return input && raw;
}

/** Reads what arrives within that time, one character for each byte; undefined at the end of input. The terminal is in raw mode. */
export function hearFor(fd: number, ms: number): string | undefined {
  const POLLIN = 1;
  const asked = new Int32Array([fd, POLLIN]);
  const ready = input?.poll(ptr(asked), 1n, ms) ?? -1;
  if (ready === 0) return "";
  const bytes = Buffer.alloc(65_536);
  // The returned events are in the upper half of the second word.
  const length = ready === 1 && ((asked[1] ?? 0) >> 16) & POLLIN ? Number(input?.read(fd, ptr(bytes), 65_536n)) : -1;
  return length > 0 ? bytes.toString("latin1", 0, length) : ready === -1 ? "" : undefined;
}

export function throwAwayInput(fd: number): void {
  input?.tcflush(fd, TCIFLUSH);
}

/** Asks the kernel each time; Bun's own value is as old as the last SIGWINCH. */
export function windowSize(fd: number): { rows: number; columns: number } | undefined {
  const size = new Uint16Array(4);
  if (libc?.ioctl(fd, TIOCGWINSZ, ...ioctl.padding, BigInt(ptr(size))) !== 0) return undefined;
  const [rows = 0, columns = 0] = size;
  return { rows, columns };
}
