import { noHome } from "./errors.ts";
import type { TerminalSize } from "../lib/terminal-size.ts";

/** What a program left behind when it ended. */
export type Run = {
  /** 128+n for a signal n. */
  readonly code: number;
  readonly signal: NodeJS.Signals | undefined;
  /** `timeoutMs` were over, so it was ended. */
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunOptions = {
  /** Where it is started; our own working directory without one. */
  readonly cwd?: string;
  /** All that it reads; nothing without it. A source is asked for its next piece when the program has read the last one. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Added to the environment; `undefined` removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends the program (TERM, then KILL) when it fires; the run then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** In place of TERM, and of 5 seconds until the KILL. */
  readonly endBy?: { readonly name: NodeJS.Signals; readonly graceMs: number };
  /** Ends the program in the same way; the run resolves, and says that it timed out. */
  readonly timeoutMs?: number;
  /** Kept of each output, 16 MiB without it. A program that prints more is ended, unless `onOutput` or `onBytes` reads it. */
  readonly maxBytes?: number;
  /** Goes on when we are interrupted: for undo steps. */
  readonly detached?: boolean;
  /** Gets both outputs as they come. */
  readonly onOutput?: (text: string) => void;
  /** Gets stdout as it comes, which the run then does not keep, and is waited for. `false` closes it. */
  readonly onBytes?: (bytes: Uint8Array) => void | false | Promise<void | false>;
  readonly ending?: Program["ending"];
};

/** What tells a sandbox's processes from others: their namespace, or the soft limit of file locks that they have. */
export type Sandbox = { readonly pidNamespace?: string | undefined; readonly mark?: string };

/** `env` is added to our own environment; `undefined` removes. */
export type Program = {
  readonly argv: readonly string[];
  readonly env: NonNullable<RunOptions["env"]>;
  /** The mark of its command's own ending (lib/ending.ts); without one at its end, it failed, whatever its status says. */
  readonly ending?: string | undefined;
  /** What it may leave running with the caller's own terminal. */
  readonly sandbox?: Sandbox;
};

export type User = { readonly uid: number; readonly gid: number; readonly name: string };

/** Everything outside the program: the only room that spawns, reads the environment and the clock. */
export interface System {
  /** A cleaned copy; never `process.env` itself. */
  readonly env: Readonly<Record<string, string>>;
  readonly platform: "linux" | "darwin";
  /** Its release. */
  readonly kernel: string;
  readonly user: User;
  /** The argv that starts this program again, whatever the directory or PATH. */
  readonly self: readonly string[];
  readonly isTty: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** The real path of the working directory. Throws UserError when it is gone or unreadable. */
  cwd(): string;
  which(program: string): string | undefined;
  /**
   * Never throws for a non-zero exit; throws UserError when the program cannot be started, and Interrupted when INT, TERM or
   * HUP came to us meanwhile: the program is then ended first. The terminal's own Ctrl-C does not reach it.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<Run>;
  /** Runs on our own stdin, stdout and stderr. INT and QUIT are left to it, TERM and HUP passed on. `held`: its fd 3 is a pipe that our end breaks. */
  attach(
    argv: readonly string[],
    options?: Pick<RunOptions, "env" | "ending"> & { readonly held?: boolean },
  ): Promise<Attached>;
  /**
   * Starts this program again with other words, in this very process, so that nothing of us stays in memory. It is still listed
   * with its old words: what restores a tmux session types what it finds there. Ends only by throwing UserError or Interrupted.
   */
  become(words: readonly string[], options?: Pick<RunOptions, "env">): Promise<never>;
  /** Lines and columns of our terminal, or undefined without one. */
  terminalSize(): TerminalSize | undefined;
  /** One line of stdin; empty at its end. */
  readLine(): Promise<string>;
  /** The same, with variables that the programs it starts get. */
  withEnv(extra: Readonly<Record<string, string>>): System;
  now(): number;
  out(text: string): void;
  err(text: string): void;
}

/**
 * `signal`: the one that was passed on to the program, or that ended it. `interrupt`: one that was left to it. `isLost`: it ended without
 * its command's ending.
 */
export type Attached = {
  readonly code: number;
  readonly isLost: boolean;
  /** The command's ending says that it changed nothing of the project. */
  readonly isUnchanged: boolean;
  readonly signal: NodeJS.Signals | undefined;
  readonly interrupt: NodeJS.Signals | undefined;
};

/** Where our own files live, by the XDG rules. Throws UserError where there is no home to keep them in. */
export function stateDirectory(env: System["env"]): string {
  if (env.XDG_STATE_HOME?.startsWith("/")) return `${env.XDG_STATE_HOME}/claude-bottle`;
  if (env.HOME?.startsWith("/")) return `${env.HOME}/.local/state/claude-bottle`;
  throw noHome(env.HOME);
}

/** Where the user's own settings live, by the XDG rules; undefined where there is no home. */
export function configDirectory(env: System["env"]): string | undefined {
  if (env.XDG_CONFIG_HOME?.startsWith("/")) return `${env.XDG_CONFIG_HOME}/claude-bottle`;
  return env.HOME?.startsWith("/") ? `${env.HOME}/.config/claude-bottle` : undefined;
}

/** Where what can be had again is kept, by the XDG rules; undefined where there is no home. */
export function cacheDirectory(env: System["env"]): string | undefined {
  if (env.XDG_CACHE_HOME?.startsWith("/")) return `${env.XDG_CACHE_HOME}/claude-bottle`;
  return env.HOME?.startsWith("/") ? `${env.HOME}/.cache/claude-bottle` : undefined;
}
