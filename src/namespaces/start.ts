import { ptr } from "bun:ffi";
import { closeSync } from "node:fs";
import { cString } from "../system/libc.ts";
import type { Namespaces } from "./join.ts";
import { type Libc, O_CLOEXEC, prepareFork, SIGKILL, wordList } from "./linux.ts";

const PR_SET_DUMPABLE = 4;
const PR_SET_SECCOMP = 22;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
const SECCOMP_MODE_FILTER = 2;
const _LINUX_CAPABILITY_VERSION_3 = 0x2008_0522;
const SIG_BLOCK = 0;
const SIG_SETMASK = 2;
const SIGINT = 2;
const SIGQUIT = 3;
const SIGTTOU = 22;
const SIGPIPE = 13;
const capabilities = 64;
const F_DUPFD_CLOEXEC = 1030;
const close_range = 436;

/**
 * Descriptors of the started program. To one it writes two lines: its pid on the host and its status; the other closes when the process that we
 * started it for is gone.
 */
const descriptors = { status: 9, held: 8 };
const startsWithinMs = 5_000;

export type Start = {
  readonly namespaces: Namespaces;
  /** The seccomp filter as a program. */
  readonly filter: Uint8Array;
  /** Detached from the caller's terminal, in a new kernel session. */
  readonly isAlone: boolean;
  /** The descriptor that the program gets as `held`. */
  readonly held: number | undefined;
  /** The first element is a path in the bottle. */
  readonly argv: readonly string[];
  /** As `NAME=VALUE`. */
  readonly env: readonly string[];
};

/**
 * Starts a program in the namespaces, without capabilities and under the filter, on our stdin, stdout and stderr. Returns the descriptor that
 * delivers its pid and its status; undefined if it could not start. A process with several threads, as every Bun process is, can join neither a user nor a mount
 * namespace (setns(2)), but its fork can. The fork stays outside the pid namespace, where nothing in the bottle can signal it, and waits for the
 * status of its child, which is inside.
 */
export function startInside(
  libc: Libc,
  { namespaces, filter, isAlone, held = -1, argv, env }: Start,
): number | undefined {
  const [program = ""] = argv;
  const path = cString(program);
  const [words, variables] = [wordList(argv), wordList(env)];
  const [status, started] = [pipe(libc), pipe(libc)];
  const header = new Uint32Array([_LINUX_CAPABILITY_VERSION_3, 0]);
  const none = new Uint8Array(128);
  const terminalSignals = new Uint32Array(32);
  for (const signal of [SIGINT, SIGQUIT, SIGTTOU]) terminalSignals[0] = (terminalSignals[0] ?? 0) | (1 << (signal - 1));
  const filterProgram = new BigUint64Array([BigInt(filter.length / 8), BigInt(ptr(filter))]);
  const ended = new Int32Array(1);
  const digits = new Uint8Array(12);
  const [pathAt, headerAt, noneAt, filterAt] = [ptr(path), ptr(header), ptr(none), Number(ptr(filterProgram))];
  const [terminalSignalsAt, endedAt, digitsAt] = [ptr(terminalSignals), ptr(ended), ptr(digits)];
  const { all } = namespaces;
  // Above the descriptors that the program gets.
  const starting = libc.fcntl(started.write, F_DUPFD_CLOEXEC, descriptors.status + 1);
  closeSync(started.write);

  /** Numbers alone: the fork may not allocate. */
  const tell = (number: number) => {
    let length = 1;
    for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) length += 1;
    digits[length] = 10;
    for (let rest = number, at = length - 1; at >= 0; rest = Math.floor(rest / 10), at -= 1)
      digits[at] = 48 + (rest % 10);
    libc.write(descriptors.status, digitsAt, length + 1);
  };

  prepareFork(libc);
  const child = libc.fork();
  if (child === 0) {
    // The fork is in the process group of the caller, and must survive its Ctrl-C.
    libc.sigprocmask(SIG_BLOCK, terminalSignalsAt, null);
    // As long as we may do more than the bottle, no process in it may inspect or trace us.
    let failed = libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    for (let at = 0; at < all.length; at += 1) failed |= libc.setns(all[at] ?? -1, 0);
    // Fails after the kernel's last capability.
    for (let capability = 0; capability < capabilities; capability += 1)
      libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    failed |= libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    failed |= libc.capset(headerAt, noneAt);
    failed |= libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    failed |= libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filterAt, 0, 0);
    libc.dup2(status.write, descriptors.status);
    if (held >= 0) libc.dup2(held, descriptors.held);
    const first = held >= 0 ? descriptors.held : descriptors.status;
    libc.syscall(close_range, 3, first - 1, 0, 0, 0);
    // Except the one that execve closes.
    libc.syscall(close_range, descriptors.status + 1, starting - 1, 0, 0, 0);
    libc.syscall(close_range, starting + 1, 0xffff_ffff, 0, 0, 0);
    const inner = failed === 0 ? libc.fork() : -1;
    if (inner < 0) libc.write(starting, noneAt, 1);
    if (inner !== 0) {
      libc.close(starting);
      if (inner > 0) tell(inner);
      if (inner > 0 && libc.waitpid(inner, endedAt, 0) === inner) {
        const word = ended[0] ?? 0;
        tell((word & 0x7f) === 0 ? (word >> 8) & 0xff : 128 + (word & 0x7f));
      }
      libc._exit(0);
    }
    if (isAlone) libc.setsid();
    else {
      // Its own process group, in the foreground: a shell of the bottle cannot see a group that the host created (bash 5.2).
      libc.setpgid(0, 0);
      libc.tcsetpgrp(0, libc.getpid());
    }
    libc.close(descriptors.status);
    // Bun ignores SIGPIPE, and children inherit that.
    libc.signal(SIGPIPE, 0);
    libc.sigprocmask(SIG_SETMASK, noneAt, null);
    libc.execve(pathAt, words.at, variables.at);
    libc.write(starting, noneAt, 1);
    libc._exit(126);
  }
  closeSync(status.write);
  closeSync(starting);
  const isStarted = child > 0 && hasClosed(libc, started.read);
  closeSync(started.read);
  // Read here, so that both outlive the fork.
  if (isStarted && words.kept.length + variables.kept.length > 0) return status.read;
  if (child > 0) libc.kill(child, SIGKILL);
  closeSync(status.read);
  return undefined;
}

function pipe(libc: Libc): { read: number; write: number } {
  const ends = new Int32Array(2);
  if (libc.pipe2(ptr(ends), O_CLOEXEC) !== 0) throw new Error("no pipe can be made");
  const [read = -1, write = -1] = ends;
  return { read, write };
}

const POLLIN = 1;

/** Whether the other end closes in time without writing anything. */
function hasClosed(libc: Libc, descriptor: number): boolean {
  const polled = new Int32Array([descriptor, POLLIN]);
  if (libc.poll(ptr(polled), 1, startsWithinMs) !== 1) return false;
  const answer = (polled[1] ?? 0) >> 16;
  return (answer & POLLIN) === 0;
}
