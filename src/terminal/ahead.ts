import { hasLibc, reap } from "./libc.ts";
import { type Modes, readModes, restoringByLibc, type RestoreModes } from "./modes.ts";

// A session's command starts before the process that starts it becomes pty-resize: it would wait for a second start of this very
// program, a quarter of all that it waits for. What pty-resize then has to know is the child that it finds itself with, and the modes
// that the terminal had before it. A TERM to us in the few milliseconds between ends us, and not the command.

type Ahead = { readonly pid: number; readonly modes: Modes };

/** What pty-resize needs of the child that it holds. */
export type Child = {
  readonly exited: Promise<number>;
  /** Once it has ended. */
  readonly signalCode: string | number | null;
  kill(signal: NodeJS.Signals): void;
};

/** Whether a session's command can start ahead here. */
export const canStartAhead = hasLibc;

/**
 * Starts the command on this terminal; `word` is for the pty-resize that we become. Undefined where it cannot be started: pty-resize
 * finds out once more, and says why.
 */
export function startAhead(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): { readonly word: string; abandon(): void } | undefined {
  const modes = readModes();
  try {
    const child = Bun.spawn([...argv], { stdio: ["inherit", "inherit", "inherit"], env });
    return { word: JSON.stringify({ pid: child.pid, modes } satisfies Ahead), abandon: () => child.kill("SIGKILL") };
  } catch {
    return undefined;
  }
}

/** In the process that has become pty-resize. */
export function takeOver(word: string): { readonly child: Child; readonly restoreModes: RestoreModes } {
  const { pid, modes } = JSON.parse(word) as Ahead;
  return { child: new Inherited(pid), restoreModes: restoringByLibc(modes) };
}

/** A child that this process has from before it became what it is: Bun does not know of it. */
class Inherited implements Child {
  readonly #pid: number;
  readonly exited: Promise<number>;
  signalCode: number | null = null;

  constructor(pid: number) {
    this.#pid = pid;
    this.exited = new Promise((resolve) => {
      const look = () => {
        const status = reap(pid);
        if (status === undefined) return;
        process.off("SIGCHLD", look);
        const signal = status & 0x7f;
        if (signal !== 0) this.signalCode = signal;
        resolve(signal === 0 ? (status >> 8) & 0xff : 128 + signal);
      };
      process.on("SIGCHLD", look);
      look();
    });
  }

  kill(signal: NodeJS.Signals): void {
    try {
      process.kill(this.#pid, signal);
    } catch {
      // It has ended, and was waited for.
    }
  }
}
