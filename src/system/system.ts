import { noHome } from "./errors.ts";
import type { TerminalSize } from "../lib/terminal-size.ts";

/** The result of a program. */
export type Run = {
  /** 128+n for a signal n. */
  readonly code: number;
  readonly signal: NodeJS.Signals | undefined;
  /** It was ended because `timeoutMs` had passed. */
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunOptions = {
  /** Its working directory; ours by default. */
  readonly cwd?: string;
  /** Its stdin; empty by default. A source is asked for its next piece when the program has read the last one. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Added to the environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends the program (TERM, then KILL) when it fires. The run then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of TERM, with 5 seconds until KILL. */
  readonly endBy?: { readonly name: NodeJS.Signals; readonly graceMs: number };
  /** Ends the program in the same way. The run resolves with `timedOut`. */
  readonly timeoutMs?: number;
  /** The limit for each output, by default 16 MiB. A program that prints more is ended, unless `onOutput` or `onBytes` reads it. */
  readonly maxBytes?: number;
  /** Continues when we are interrupted: for undo steps. */
  readonly detached?: boolean;
  /** Gets both outputs as they come. */
  readonly onOutput?: (text: string) => void;
  /** Gets stdout as it comes, which is then not kept. It is awaited, and `false` closes stdout. */
  readonly onBytes?: (bytes: Uint8Array) => void | false | Promise<void | false>;
  readonly ending?: Program["ending"];
};

/** Identifies a sandbox's processes: by their pid namespace, or by their soft limit of file locks. */
export type Sandbox = { readonly pidNamespace?: string | undefined; readonly mark?: string };

/** `env` is added to our own environment; `undefined` removes a variable. */
export type Program = {
  readonly argv: readonly string[];
  readonly env: NonNullable<RunOptions["env"]>;
  /** The mark of the command's own ending (lib/ending.ts). If it is missing at the end, the command failed, whatever the status. */
  readonly ending?: string | undefined;
  /** The sandbox whose processes may be left on the caller's own terminal. */
  readonly sandbox?: Sandbox;
};

export type User = { readonly uid: number; readonly gid: number; readonly name: string };

/** Everything outside the program. Only this room starts programs and reads the environment and the clock. */
export interface System {
  /** A cleaned copy; never `process.env` itself. */
  readonly env: Readonly<Record<string, string>>;
  readonly platform: "linux" | "darwin";
  /** The kernel's release. */
  readonly kernel: string;
  readonly user: User;
  /** The argv that starts this program again, from any directory and with any PATH. */
  readonly self: readonly string[];
  readonly isTty: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** The real path of the working directory. Throws UserError if it is gone or unreadable. */
  cwd(): string;
  which(program: string): string | undefined;
  /**
   * Never throws for a non-zero status. Throws UserError if the program cannot be started, and Interrupted if INT, TERM or HUP arrives; the program
   * is ended first. The terminal's own Ctrl-C does not reach the program.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<Run>;
  /**
   * Runs on our own stdin, stdout and stderr. Leaves INT and QUIT to the program and passes TERM and HUP on. `held`: its fd 3 is a pipe that our end
   * closes.
   */
  attach(
    argv: readonly string[],
    options?: Pick<RunOptions, "env" | "ending"> & { readonly held?: boolean },
  ): Promise<Attached>;
  /**
   * Starts this program again with other arguments in this same process, so that nothing of us stays in memory. It is still listed with its old
   * arguments: tools that restore a tmux session type what they find there. Returns only by throwing UserError or Interrupted.
   */
  become(words: readonly string[], options?: Pick<RunOptions, "env">): Promise<never>;
  /** The size of our terminal; undefined without one. */
  terminalSize(): TerminalSize | undefined;
  /** One line of stdin; empty at its end. */
  readLine(): Promise<string>;
  /** The same, with added variables for the programs that it starts. */
  withEnv(extra: Readonly<Record<string, string>>): System;
  now(): number;
  out(text: string): void;
  err(text: string): void;
}

/**
 * `signal`: the one that was passed on to the program, or that ended it. `interrupt`: one that was left to it. `isLost`: it ended without its
 * command's ending.
 */
export type Attached = {
  readonly code: number;
  readonly isLost: boolean;
  /** The command's ending says that it changed nothing in the project. */
  readonly isUnchanged: boolean;
  readonly signal: NodeJS.Signals | undefined;
  readonly interrupt: NodeJS.Signals | undefined;
};

/** Where our own files are, by the XDG rules. Throws UserError without a home. */
export function stateDirectory(env: System["env"]): string {
  if (env.XDG_STATE_HOME?.startsWith("/")) return `${env.XDG_STATE_HOME}/claude-bottle`;
  if (env.HOME?.startsWith("/")) return `${env.HOME}/.local/state/claude-bottle`;
  throw noHome(env.HOME);
}

/** Where the user's own settings are, by the XDG rules; undefined without a home. */
export function configDirectory(env: System["env"]): string | undefined {
  if (env.XDG_CONFIG_HOME?.startsWith("/")) return `${env.XDG_CONFIG_HOME}/claude-bottle`;
  return env.HOME?.startsWith("/") ? `${env.HOME}/.config/claude-bottle` : undefined;
}

/** Where files are that can be fetched again, by the XDG rules; undefined without a home. */
export function cacheDirectory(env: System["env"]): string | undefined {
  if (env.XDG_CACHE_HOME?.startsWith("/")) return `${env.XDG_CACHE_HOME}/claude-bottle`;
  return env.HOME?.startsWith("/") ? `${env.HOME}/.cache/claude-bottle` : undefined;
}
