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

/** The calls that no JavaScript interface has; 0.15 ms and 3 MB. */
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

/** The terminal's modes as the kernel's own bytes; undefined where the descriptor is no terminal. */
export function getModes(fd: number): Uint8Array | undefined {
  // struct termios is 60 bytes on Linux and 72 on macOS.
  const modes = new Uint8Array(128);
  return libc?.tcgetattr(fd, ptr(modes)) === 0 ? modes : undefined;
}

export function setModes(fd: number, modes: Uint8Array): void {
  libc?.tcsetattr(fd, TCSANOW, ptr(modes));
}

/**
 * Whether the terminal is ours to change: not while a shell has put another group in front of us. A child that was such
 * a shell and is dead leaves its group there; then we take its place, unstopped by the SIGTTOU that this means.
 */
export function holdTerminal(fd: number): boolean {
  const own = libc?.getpgrp() ?? -1;
  const foreground = libc?.tcgetpgrp(fd) ?? -1;
  // Nobody is stopped for a terminal that is not the session's own.
  if (foreground === own || foreground === -1) return true;
  if (foreground <= 0 || isAlive(-foreground)) return false;
  return takeTerminal(fd);
}

/** Makes our group the terminal's foreground, whoever is there. */
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

/** O_NONBLOCK, O_APPEND and O_ASYNC belong to the open file, and so to whoever shares it with us. -1 for a descriptor that is not open. */
export const getFlags = (fd: number): number => libc?.fcntl(fd, F_GETFL, ...fcntl.padding, 0n) ?? -1;

export function setFlags(fd: number, wanted: number): void {
  const flags = getFlags(fd);
  if (flags !== -1 && wanted !== -1 && flags !== wanted) libc?.fcntl(fd, F_SETFL, ...fcntl.padding, BigInt(wanted));
}

export const withoutNonBlocking = (flags: number): number => (flags === -1 ? flags : flags & ~O_NONBLOCK);

/** Lets others open the terminal again, and what is written to it go out, which a program may have stopped. */
export function freeTerminal(fd: number): void {
  libc?.ioctl(fd, TIOCNXCL, ...ioctl.padding, 0n);
  libc?.tcflow(fd, TCOON);
}

export function setWindowSize(fd: number, { rows, columns }: { rows: number; columns: number }): void {
  const size = new Uint16Array([rows, columns, 0, 0]);
  libc?.ioctl(fd, TIOCSWINSZ, ...ioctl.padding, BigInt(ptr(size)));
}

/** Only what takes back a terminal needs these. */
const openInput = () =>
  openLibc({
    cfmakeraw: { args: ["ptr"], returns: "void" },
    tcflush: { args: ["i32", "i32"], returns: "i32" },
    poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
    read: { args: ["i32", "ptr", "u64"], returns: "i64" },
  });
let input: ReturnType<typeof openInput>;

/** The same modes, but each byte comes as it is typed, and none is shown. */
export function makeRaw(modes: Uint8Array): Uint8Array | undefined {
  input ??= openInput();
  const raw = modes.slice();
  input?.cfmakeraw(ptr(raw));
  return input && raw;
}

/** What comes within that time, one character a byte; undefined where nothing can come any more. The terminal is raw. */
export function hearFor(fd: number, ms: number): string | undefined {
  const POLLIN = 1;
  const asked = new Int32Array([fd, POLLIN]);
  const ready = input?.poll(ptr(asked), 1n, ms) ?? -1;
  if (ready === 0) return "";
  const bytes = Buffer.alloc(65_536);
  // The events that came are in the upper half of the second word.
  const length = ready === 1 && ((asked[1] ?? 0) >> 16) & POLLIN ? Number(input?.read(fd, ptr(bytes), 65_536n)) : -1;
  return length > 0 ? bytes.toString("latin1", 0, length) : ready === -1 ? "" : undefined;
}

export function throwAwayInput(fd: number): void {
  input?.tcflush(fd, TCIFLUSH);
}

/** Asked of the kernel each time; Bun's own figure is as old as the last SIGWINCH. */
export function windowSize(fd: number): { rows: number; columns: number } | undefined {
  const size = new Uint16Array(4);
  if (libc?.ioctl(fd, TIOCGWINSZ, ...ioctl.padding, BigInt(ptr(size))) !== 0) return undefined;
  const [rows = 0, columns = 0] = size;
  return { rows, columns };
}
