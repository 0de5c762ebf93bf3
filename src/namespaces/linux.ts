import { type Pointer, ptr } from "bun:ffi";
import { readFileSync } from "node:fs";
import { cString, openLibc, variadic } from "../system/libc.ts";

export const ioctl = variadic(["i32", "u64"]);

const functions = {
  fork: { args: [], returns: "i32" },
  setns: { args: ["i32", "i32"], returns: "i32" },
  ioctl: { args: ioctl.args, returns: "i32" },
  prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
  capset: { args: ["ptr", "ptr"], returns: "i32" },
  setsid: { args: [], returns: "i32" },
  getpid: { args: [], returns: "i32" },
  setpgid: { args: ["i32", "i32"], returns: "i32" },
  tcsetpgrp: { args: ["i32", "i32"], returns: "i32" },
  sigprocmask: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  signal: { args: ["i32", "u64"], returns: "u64" },
  pipe2: { args: ["ptr", "i32"], returns: "i32" },
  poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "u64"], returns: "i32" },
  dup3: { args: ["i32", "i32", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  dup2: { args: ["i32", "i32"], returns: "i32" },
  syscall: { args: ["u64", "u64", "u64", "u64", "u64", "u64"], returns: "i32" },
  madvise: { args: ["u64", "u64", "i32"], returns: "i32" },
  execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  write: { args: ["i32", "ptr", "u64"], returns: "i32" },
  kill: { args: ["i32", "i32"], returns: "i32" },
  waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "i32"], returns: "i32" },
  listen: { args: ["i32", "i32"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "i32"], returns: "i32" },
  _exit: { args: ["i32"], returns: "void" },
} as const;

const open = () => openLibc(functions);
export type Libc = NonNullable<ReturnType<typeof open>>;

/** System calls for which JavaScript has no interface. */
export function linuxCalls(): Libc {
  const libc = open();
  if (!libc) throw new Error("no C library can be opened");
  return libc;
}

export const O_CLOEXEC = 0x80000;
export const SIGKILL = 9;
const MADV_DOFORK = 11;

/**
 * Call this before a fork in which JavaScript continues: JavaScriptCore keeps the memory of its code out of every fork (MADV_DONTFORK, Bun 1.4.5).
 * The fork has one thread. It may make system calls, but must not wait for another thread.
 */
export function prepareFork(libc: Libc): void {
  const anonymous = /^(\w+)-(\w+) \S+ \S+ 00:00 0\b/gm;
  for (const [, from = "", to = ""] of readFileSync("/proc/self/maps", "utf8").matchAll(anonymous))
    libc.madvise(BigInt(`0x${from}`), BigInt(`0x${to}`) - BigInt(`0x${from}`), MADV_DOFORK);
}

/** The arguments of execve. `at` is valid as long as the object is referenced. */
export type Words = { readonly at: Pointer; readonly kept: readonly unknown[] };

export function wordList(words: readonly string[]): Words {
  const strings = words.map(cString);
  const list = new BigUint64Array([...strings.map((text) => BigInt(ptr(text))), 0n]);
  return { at: ptr(list), kept: [strings, list] };
}
