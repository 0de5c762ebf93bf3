import { closeSync, openSync, writeSync } from "node:fs";
import { UserError } from "../errors.ts";
import { rememberModes } from "./modes.ts";
import { noTerminal } from "./errors.ts";

/** The answer and the time that it took; undefined if there was none in time. */
export type Answer = { readonly text: string; readonly afterMs: number } | undefined;

/** Every terminal answers this question, and answers in order: after this answer, an earlier question will not be answered. */
const fence = { question: "\x1b[c", answer: /\x1b\[\?[\d;]*c/ } as const;

/** Asks the terminal questions, one at a time, with echo and line mode off. */
export class Dialogue {
  readonly #tty: number;
  readonly #signal: AbortSignal;
  #heard = "";
  #wake = () => {};

  private constructor(tty: number, signal: AbortSignal) {
    this.#tty = tty;
    this.#signal = signal;
  }

  /** Restores the terminal's modes on every way out. Ctrl-C, and `signal`, end it with the signal's reason, or with what `cancelled` returns. */
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
      // In raw mode Ctrl-C is an ordinary byte.
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
      // Erases what a terminal printed for a question that it does not know.
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

/** stdout may be a file. Throws UserError if stdin is not our terminal. */
function openTerminal(): number {
  try {
    return openSync("/dev/tty", "w");
  } catch (cause) {
    throw noTerminal(cause);
  }
}

export const deviceAttributes = fence.question;
