import { accessSync, constants, fstatSync, readFileSync, realpathSync, statSync, writeSync } from "node:fs";
import { UserError } from "../errors.ts";
import { isDirectory } from "./files.ts";
import { codeOf } from "../lib/errno.ts";
import { movedWorkingDirectory, notADirectory, notStartable, noWorkingDirectory, outputFull } from "./errors.ts";
import { interruptible } from "./interrupt.ts";
import { Ending, type Told } from "../lib/ending.ts";
import type { TerminalSize } from "../lib/terminal-size.ts";
import type { Attached, Run, RunOptions, System, User } from "./system.ts";

/** Linux allows 128 KiB including the name. */
const longestVariable = 130_000;

/** Only for this process, and not for the programs that it starts. */
const ownAlone = "_CLAUDE_BOTTLE_TOKEN_URL";

export function realSystem(env: Readonly<Record<string, string>>): System {
  const merged = (extra: RunOptions["env"]) =>
    Object.fromEntries(
      Object.entries({ ...env, ...extra }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== ownAlone,
      ),
    );

  function start<const Options extends Parameters<typeof Bun.spawn>[1]>(argv: readonly string[], options: Options) {
    const [program = ""] = argv;
    const executable = Bun.which(program, { PATH: env.PATH ?? "/usr/local/bin:/usr/bin:/bin" });
    if (!executable) throw notStartable(program);
    try {
      return Bun.spawn([executable, ...argv.slice(1)], options) as Bun.Subprocess;
    } catch (error) {
      // For a missing working directory, Bun blames the program.
      const { cwd = workingDirectory() } = options ?? {};
      if (!isDirectory(cwd)) throw notADirectory(cwd, error);
      throw notStartable(program, error);
    }
  }

  const self = Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main];
  let user: User | undefined;

  // In its own process group: a Ctrl-C that also reached the program could end it and look like its failure before we hear of it.
  const started = async (argv: readonly string[], options: RunOptions): Promise<Run> =>
    (await import("./capture.ts")).capture(argv[0] ?? "", options, ({ stdin }) =>
      start(argv, {
        env: merged(options.env),
        stdin,
        stdout: "pipe",
        stderr: "pipe",
        detached: true,
        ...(options.cwd !== undefined && { cwd: options.cwd }),
      }),
    );

  async function run(argv: readonly string[], options: RunOptions = {}): Promise<Run> {
    if (options.detached) return await started(argv, options);
    return await interruptible((interrupt) =>
      started(argv, { ...options, signal: options.signal ? AbortSignal.any([options.signal, interrupt]) : interrupt }),
    );
  }

  return {
    env,
    platform: process.platform === "darwin" ? "darwin" : "linux",
    get kernel() {
      return process.getBuiltinModule("node:os").release();
    },
    get user() {
      return (user ??= currentUser(env));
    },
    self,
    isTty: { get stdin() { return isTty(0); }, get stdout() { return isTty(1); }, get stderr() { return isTty(2); } }, // prettier-ignore
    cwd: workingDirectory,
    which: (program) => Bun.which(program, { PATH: env.PATH ?? "" }) ?? undefined,
    run,
    attach: (argv, options = {}) =>
      attach(
        () =>
          start(argv, {
            env: merged(options.env),
            stdio: [
              "inherit",
              "inherit",
              options.ending === undefined ? "inherit" : "pipe",
              ...(options.held ? (["pipe"] as const) : []),
            ],
          }),
        options.ending,
      ),
    async become(words, options = {}) {
      await interruptible(async (interrupt) => {
        // The new program would never get a signal that has already been caught.
        await caughtSignals();
        interrupt.throwIfAborted();
      });
      // Signals that arrive from now on end us, as they would end a program that has just started.
      throw replaceProcess(self, words, merged(options.env));
    },
    terminalSize,
    readLine,
    withEnv: (extra) => realSystem({ ...env, ...extra }),
    now: () => Date.now(),
    out: (data) => write(1, data),
    err: (data) => write(2, data),
  };
}

/** Returns only on failure, with the reason. */
function replaceProcess(self: readonly string[], words: readonly string[], env: Record<string, string>): UserError {
  const [program = ""] = self;
  const packed = `${process.pid} ${JSON.stringify(words)}`;
  try {
    if (Buffer.byteLength(packed) < longestVariable)
      process.execve?.(program, [...self, ...process.argv.slice(2)], { ...env, _CLAUDE_BOTTLE_WORDS: packed });
    process.execve?.(program, [...self, ...words], env);
    return notStartable(program);
  } catch (error) {
    return notStartable(program, error);
  }
}

async function readLine(): Promise<string> {
  for await (const line of console) return line;
  return "";
}

/** A caught signal is delivered in the next turn of the event loop. */
const caughtSignals = () => new Promise((resolve) => setImmediate(resolve));

/** INT and QUIT reach the terminal's whole foreground process group, TERM and HUP only us. */
async function attach(spawn: () => Bun.Subprocess, mark: string | undefined): Promise<Attached> {
  let passed: NodeJS.Signals | undefined;
  let child: Bun.Subprocess | undefined;
  let interrupt: NodeJS.Signals | undefined;
  const note = (signal: NodeJS.Signals) => {
    interrupt = signal;
  };
  const pass = (signal: NodeJS.Signals) => {
    passed = signal;
    child?.kill(signal);
  };
  const handlers = [
    ["SIGINT", note],
    ["SIGQUIT", note],
    ["SIGTERM", pass],
    ["SIGHUP", pass],
  ] as const;
  for (const [name, handler] of handlers) process.on(name, handler);
  try {
    child = spawn();
    if (passed) child.kill(passed);
    const [code, told] = await Promise.all([child.exited, mark === undefined ? undefined : showStderr(child, mark)]);
    // The signal that ended the child may have reached us at the same moment.
    await caughtSignals();
    const signal = (child.signalCode as NodeJS.Signals | null) ?? passed;
    const isLost = told !== undefined && told.status === undefined;
    const isUnchanged = told?.isUnchanged ?? false;
    return { code: told?.status ?? (isLost ? code || 1 : code), isLost, isUnchanged, signal, interrupt };
  } finally {
    for (const [name, handler] of handlers) process.off(name, handler);
  }
}

/** The size of our terminal when the program started; enough if it is asked once. */
function terminalSize(): TerminalSize | undefined {
  const [columns = 0, rows = 0] = process.stdout.isTTY ? process.stdout.getWindowSize() : [];
  return rows > 0 && columns > 0 ? { rows, columns } : undefined;
}

/** Passes the child's stderr on to ours, except for the ending, which it returns. */
async function showStderr(child: Bun.Subprocess, mark: string): Promise<Told> {
  const ending = new Ending(mark);
  if (child.stderr instanceof ReadableStream) for await (const bytes of child.stderr) write(2, ending.take(bytes));
  const { rest, ...told } = ending.close();
  write(2, rest);
  return told;
}

function workingDirectory(): string {
  let directory: string;
  let isMoved: boolean;
  try {
    directory = realpathSync(process.cwd());
    accessSync(directory, constants.R_OK | constants.X_OK);
    const [here, there] = [statSync("."), statSync(directory)];
    isMoved = here.dev !== there.dev || here.ino !== there.ino;
  } catch (cause) {
    throw noWorkingDirectory(cause);
  }
  // It was replaced by a link while we looked.
  if (isMoved) throw movedWorkingDirectory();
  return directory;
}

// Loaded on use: each of these costs every start a millisecond or two, and node:tty some megabytes.
const isTty = (fd: number) => isDevice(fd) && process.getBuiltinModule("node:tty").isatty(fd);

/** Neither a file nor a pipe, nor the null device. */
function isDevice(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isCharacterDevice() && stat.rdev !== statSync("/dev/null").rdev;
  } catch {
    return false;
  }
}

function currentUser(env: Readonly<Record<string, string>>): User {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  // Bun's userInfo() only knows USER, which a tmux server or a cron job may lack. macOS keeps its users elsewhere.
  return { uid, gid, name: nameInPasswd(uid) ?? (env.USER || `u${uid}`) };
}

function nameInPasswd(uid: number): string | undefined {
  try {
    const line = new RegExp(`^([^:\n]+):[^:\n]*:${uid}:`, "m");
    return line.exec(readFileSync("/etc/passwd", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

/** Writes everything, whatever the descriptor's mode. If the reader is gone, that is no failure of ours. */
function write(fd: 1 | 2, data: string | Uint8Array): void {
  let rest = Buffer.from(data);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = codeOf(error);
      if (code === "EAGAIN") Bun.sleepSync(1);
      else if (code === "EPIPE" || code === "EIO" || code === "EBADF") return;
      else if (code === "ENOSPC") throw outputFull(error);
      else throw error;
    }
  }
}
