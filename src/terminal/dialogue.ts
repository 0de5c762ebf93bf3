import { closeSync, openSync, writeSync } from "node:fs";
import { UserError } from "../errors.ts";
import { rememberModes } from "./modes.ts";
import { noTerminal } from "./errors.ts";

/** What came back, and after how long; undefined in time: nothing. */
export type Answer = { readonly text: string; readonly afterMs: number } | undefined;

/** Every terminal answers this one, and answers in turn: once it is there, an earlier question will get no answer any more. */
const fence = { question: "\x1b[c", answer: /\x1b\[\?[\d;]*c/ } as const;

/** Questions to our terminal, one at a time, with the keyboard's echo and lines off. */
export class Dialogue {
  readonly #tty: number;
  readonly #signal: AbortSignal;
  #heard = "";
  #wake = () => {};

  private constructor(tty: number, signal: AbortSignal) {
    this.#tty = tty;
    this.#signal = signal;
  }

  /**
   * The terminal's modes are put back on every way out. Ctrl-C, and whatever fires `signal`, ends it with that signal's
   * reason, or with what `cancelled` gives.
   */
  static async hold<T>(
    { signal, cancelled }: { readonly signal: AbortSignal; readonly cancelled: () => Error },
    work: (dialogue: Dialogue) => Promise<T>,
  ): Promise<T> {
    const restore = rememberModes();
    const tty = openTerminal();
    const keyboard = new AbortController();
    const dialogue = new Dialogue(tty, AbortSignal.any([signal, keyboard.signal]));
    const hear = (bytes: Buffer) => {
      const text = bytes.toString("latin1");
      // In raw mode it is a byte like any other.
      if (text.includes("\x03")) keyboard.abort(cancelled());
      dialogue.#hear(text);
    };
    process.stdin.setRawMode(true);
    process.stdin.on("data", hear);
    try {
      return await work(dialogue);
    } finally {
      process.stdin.off("data", hear);
      process.stdin.setRawMode(false);
      process.stdin.pause();
      // What a terminal that does not know a question has printed of it.
      writeSync(tty, "\r\x1b[K");
      closeSync(tty);
      await restore({ diedBadly: false });
    }
  }

  /** The terminal's answer to `question`. */
  async ask(question: string, limitMs: number): Promise<Answer> {
    this.#signal.throwIfAborted();
    this.#heard = "";
    const start = performance.now();
    const deadline = start + limitMs;
    writeSync(this.#tty, `${question}${question === fence.question ? "" : fence.question}`);
    for (;;) {
      const end = fence.answer.exec(this.#heard);
      if (end) {
        const text = question === fence.question ? end[0] : this.#heard.slice(0, end.index);
        return { text, afterMs: performance.now() - start };
      }
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      await this.#news(left);
      this.#signal.throwIfAborted();
    }
  }

  #hear(text: string): void {
    this.#heard += text;
    this.#wake();
  }

  async #news(limitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limitMs);
    this.#wake = resolve;
    this.#signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }
}

/** stdout may be a file. Throws UserError where the terminal of stdin is not our own. */
function openTerminal(): number {
  try {
    return openSync("/dev/tty", "w");
  } catch (cause) {
    throw noTerminal(cause);
  }
}

export const deviceAttributes = fence.question;
