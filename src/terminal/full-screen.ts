import { writeSync } from "node:fs";
import { windowSize } from "./libc.ts";
import { rememberModes } from "./modes.ts";

// Mouse reports while a button is held, in the encoding without a limit on columns; bracketed paste; no wrapping of long lines.
const enterSequence = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?1002h\x1b[?1006h\x1b[?2004h";
const leaveSequence = "\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?7h\x1b[0m\x1b[?25h\x1b[?1049l";

/** How long an escape waits for the rest of a sequence. */
const escapeMs = 25;

export type FullScreenEvents = {
  readonly onInput: (text: string) => void;
  /** Nothing followed within the time that a sequence takes. */
  readonly onPause: () => void;
  readonly onResize: () => void;
  /** The terminal is gone. */
  readonly onGone: () => void;
  /** An unexpected error. The screen has been restored. */
  readonly onCrash: (error: unknown) => void;
};

/**
 * The whole terminal, for a program that draws it line by line. Restoring is registered before anything changes, so on every way out the screen, the
 * cursor and the modes are as they were.
 */
export class FullScreen implements AsyncDisposable {
  readonly #events: FullScreenEvents;
  readonly #restore = rememberModes();
  #drawn: readonly string[] = [];
  #isOn = false;
  #isGone = false;
  #timer: Timer | undefined;

  constructor(events: FullScreenEvents) {
    this.#events = events;
    process.on("uncaughtException", this.#crash);
    process.on("unhandledRejection", this.#crash);
    process.on("SIGWINCH", this.#resized);
    process.on("SIGCONT", this.#continued);
    process.stdin.on("end", this.#gone);
    process.stdin.on("error", this.#gone);
    this.#enter();
  }

  /** Undefined while the terminal has no size. */
  get size(): { readonly rows: number; readonly columns: number } | undefined {
    const size = windowSize(1) ?? windowSize(0);
    return size && size.rows > 0 && size.columns > 0 ? size : undefined;
  }

  /** Writes the lines that changed. Each must be exactly as wide as the terminal. */
  draw(lines: readonly string[]): void {
    if (!this.#isOn) return;
    const changed = lines.flatMap((line, at) => (line === this.#drawn[at] ? [] : [`\x1b[${at + 1};1H\x1b[0m${line}`]));
    const surplus = this.#drawn.length > lines.length ? [`\x1b[${lines.length + 1};1H\x1b[0m\x1b[J`] : [];
    this.#drawn = lines;
    if (changed.length + surplus.length > 0)
      this.#write(`\x1b[?2026h${changed.join("")}${surplus.join("")}\x1b[?2026l`);
  }

  /** The next draw writes every line. */
  forget(): void {
    this.#drawn = [];
    if (this.#isOn) this.#write("\x1b[0m\x1b[2J");
  }

  /** Gives the terminal to another program until `work` is done. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    await this.#leave();
    try {
      return await work();
    } finally {
      if (!this.#isGone) this.#enter();
      this.#events.onResize();
    }
  }

  /** Does what Ctrl-Z does to a program in line mode. */
  async suspend(): Promise<void> {
    await this.#leave();
    process.kill(0, "SIGTSTP");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
    process.off("uncaughtException", this.#crash);
    process.off("unhandledRejection", this.#crash);
    process.off("SIGWINCH", this.#resized);
    process.off("SIGCONT", this.#continued);
    process.stdin.off("end", this.#gone);
    process.stdin.off("error", this.#gone);
  }

  #enter(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#drawn = [];
    process.stdin.setRawMode(true);
    process.stdin.on("data", this.#heard);
    process.stdin.resume();
    this.#write(enterSequence);
  }

  async #leave(): Promise<void> {
    if (!this.#isOn) return;
    this.#isOn = false;
    clearTimeout(this.#timer);
    process.stdin.off("data", this.#heard);
    process.stdin.pause();
    this.#write(leaveSequence);
    if (this.#isGone) return;
    process.stdin.setRawMode(false);
    await this.#restore({ diedBadly: false });
  }

  readonly #heard = (bytes: Buffer): void => {
    clearTimeout(this.#timer);
    this.#events.onInput(bytes.toString());
    this.#timer = setTimeout(this.#events.onPause, escapeMs);
  };

  readonly #resized = (): void => {
    this.forget();
    this.#events.onResize();
  };

  readonly #continued = (): void => {
    this.#enter();
    this.#resized();
  };

  readonly #gone = (): void => {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#events.onGone();
  };

  /** While the entry's top-level await is pending, Bun 1.4.5 prints such an error and continues (oven-sh/bun#9843). */
  readonly #crash = (error: unknown): void => {
    void this.#leave().finally(() => this.#events.onCrash(error));
  };

  /** Another program may have made the shared descriptor non-blocking. Errors of a closed terminal are ignored. */
  #write(text: string): void {
    let bytes: Uint8Array = Buffer.from(text);
    for (let attempt = 0; bytes.length > 0 && !this.#isGone && attempt < 1000; attempt += 1) {
      try {
        bytes = bytes.subarray(writeSync(1, bytes));
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return this.#gone();
        Bun.sleepSync(2);
      }
    }
  }
}
