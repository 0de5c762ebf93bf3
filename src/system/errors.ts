import { isUtf8 } from "node:buffer";
import { accessSync, constants, existsSync, readlinkSync } from "node:fs";
import { UserError } from "../errors.ts";
import { codeOf, reasonOf } from "../lib/errno.ts";
import { printable, shellLine } from "../lib/quote.ts";

const quoted = (text: string) => `"${printable(text)}"`;
const megabytes = (bytes: number) => (bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`);

/** A file that is not read, with the reason but without the file's name. */
export class Unreadable extends Error {}

export const tooLong = (maxBytes: number) => new Unreadable(`it is larger than ${megabytes(maxBytes)}`);
export const notAFile = (isDirectory: boolean) =>
  new Unreadable(isDirectory ? "it is a directory" : "it is not a regular file");
export const noLongerAFile = () => new Unreadable("it is no longer a regular file");
export const kernelFile = () => new Unreadable("it is a file of the kernel");

type Action =
  | "read"
  | "write"
  | "open"
  | "open the directory"
  | "enter"
  | "lock"
  | "make"
  | "change"
  | "remove"
  | "rename"
  | "look at";

/** A system call on a path failed. */
export const cannot = (action: Action, path: string, cause: unknown) =>
  new UserError(`cannot ${action} ${quoted(path)}: ${cause instanceof Unreadable ? cause.message : reasonOf(cause)}`, {
    cause,
  });

export const notRegular = (path: string) => new UserError(`${quoted(path)} is not a regular file`);

export const readOnly = (path: string) =>
  new UserError(`${quoted(path)} is read-only`, {
    hint: "if another program writes it, such as home-manager, change it there",
  });

export const danglingLink = (path: string) =>
  new UserError(`${quoted(path)} is a symlink to a file that does not exist`);

export const linkOfBottle = (path: string, target: string) =>
  new UserError(`${quoted(path)} is a symlink, and a bottle may have put it there`, {
    hint: `it leads to ${quoted(target)}: name that path, if you trust it`,
  });

export const tooManyLinks = (path: string) => new UserError(`${quoted(path)} leads through too many symlinks`);

export function notWritable(directory: string, cause: unknown): UserError {
  const isFull = codeOf(cause) === "ENOSPC";
  return new UserError(
    isFull
      ? `no space left on device to make ${quoted(directory)}`
      : `cannot write to ${quoted(directory)}: ${reasonOf(cause)}`,
    {
      hint: isFull ? "free some disk space" : "make it writable, or set XDG_STATE_HOME to a directory that is",
      cause,
    },
  );
}

export const outputFull = (cause: unknown) =>
  new UserError("cannot write the output: no space left on device", { cause });

export function noHome(home: string | undefined): UserError {
  const what = home ? `HOME is ${quoted(home)}, which is not an absolute path` : "HOME is not set";
  return new UserError(`${what}, and claude-bottle keeps its records there`, {
    hint: "set HOME or XDG_STATE_HOME to a directory that you own",
  });
}

export const damagedLock = (file: string, cause: unknown) =>
  new UserError(`the lock ${quoted(file)} is damaged`, { hint: `it holds no data: ${shellLine(["rm", file])}`, cause });

/** Why the working directory cannot be used. */
export function noWorkingDirectory(cause: unknown): UserError {
  const why = isNamedInUtf8()
    ? codeOf(cause) === "EACCES"
      ? "cannot be read"
      : "no longer exists"
    : "has a path that is not valid UTF-8";
  return new UserError(`the current directory ${why}`, { hint: "cd to the project first", cause });
}

/** process.cwd() replaces such bytes with other characters (Bun 1.4.5), and so names a directory that does not exist. */
function isNamedInUtf8(): boolean {
  try {
    return isUtf8(readlinkSync("/proc/self/cwd", { encoding: "buffer" }));
  } catch {
    return true;
  }
}

export const movedWorkingDirectory = () =>
  new UserError("the current directory has just been moved", { hint: "cd to the project again" });

export const notADirectory = (path: string, cause: unknown) =>
  new UserError(`${quoted(path)} is not a directory any more`, { cause });

export const printedTooMuch = (program: string, maxBytes: number) =>
  new UserError(`${quoted(program)} printed more than ${megabytes(maxBytes)}`, {
    hint: "it was ended; run it yourself to see why",
  });

/** Why a program could not be started, and what to do about it. */
export function notStartable(program: string, cause?: unknown): UserError {
  const code = codeOf(cause);
  if (code === "E2BIG")
    return new UserError(`the arguments and the environment of ${quoted(program)} are too long together`, {
      hint: "put long arguments into a file, or send them on stdin",
      cause,
    });
  const isThere = program.includes("/") && existsSync(program);
  if (isThere && isExecutable(program))
    return new UserError(`${quoted(program)} cannot be executed here: wrong format, or its interpreter is missing`, {
      hint: `reinstall ${program}`,
      cause,
    });
  if (code === "EACCES" || isThere)
    return new UserError(`${quoted(program)} is not executable`, {
      hint: `if it is a program: chmod +x ${program}`,
      cause,
    });
  return new UserError(`${quoted(program)} was not found`, {
    hint: `install ${program}, or put its directory on PATH`,
    cause,
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const deviceDenied = (path: string, hint: string, cause: unknown) =>
  new UserError(`you may not open ${path}, and a microVM requires it`, { hint, cause });

export const noDevice = (path: string, cause: unknown) =>
  new UserError(`this machine has no usable ${path}, and a microVM requires it`, {
    hint: "enable virtualization in the firmware (nested virtualization in a virtual machine)",
    cause,
  });

/** `what` names the secret. No message contains its value. */
export const secretFailed = (what: string, program: string, why: string) =>
  new UserError(`${what}: ${quoted(program)} ${why}`);

export const notStartedSecret = (what: string, error: UserError) =>
  new UserError(`${what}: ${error.message}`, { hint: error.hint, cause: error });

/** Why install.sh cannot upgrade or remove this program. */
export const otherInstaller = (who: "source" | "Homebrew" | "npm" | "nobody", path: string) =>
  ({
    source: new UserError("this claude-bottle runs from its sources", {
      hint: "in the clone: git pull && sh install.sh --from-source",
    }),
    Homebrew: new UserError("Homebrew installed this claude-bottle", {
      hint: "brew upgrade claude-bottle, or brew uninstall claude-bottle",
    }),
    npm: new UserError("npm installed this claude-bottle", {
      hint: "npm update -g claude-bottle, or npm uninstall -g claude-bottle",
    }),
    nobody: new UserError(`install.sh did not install ${quoted(path)}`, {
      hint: "replace or remove the file where you put it, or install it with install.sh",
    }),
  })[who];
