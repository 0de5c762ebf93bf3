import { shortDuration } from "../lib/duration.ts";
import { printable } from "../lib/quote.ts";
import type { System } from "../system/system.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const everyMs = 100;

let shown: LiveLine | undefined;

/** Removes the line until its next frame. Call this before writing anything else. */
export const clearLiveLine = (): void => shown?.clear();

/**
 * A line on the terminal that is redrawn while work lasts, with the elapsed time. (clack's own spinner reads the terminal and ends the process on
 * Ctrl-C, so nothing could be undone: @clack/core 1.6.0, `block`.)
 */
export class LiveLine implements Disposable {
  text = "";
  readonly #system: System;
  readonly #began: number;
  readonly #timer: Timer;
  #frame = 0;

  constructor(system: System) {
    this.#system = system;
    this.#began = system.now();
    this.#timer = setInterval(() => this.#draw(), everyMs);
    shown = this;
  }

  get elapsed(): string {
    return shortDuration(this.#system.now() - this.#began);
  }

  #draw(): void {
    if (this.text === "") return;
    const frame = frames[this.#frame++ % frames.length];
    const width = (this.#system.terminalSize()?.columns ?? 80) - 1;
    const line = Bun.sliceAnsi(`${frame} ${printable(this.text)}  ${this.elapsed}`, 0, width);
    this.#system.err(`\r\x1b[K${line}`);
  }

  clear(): void {
    if (this.#frame > 0) this.#system.err("\r\x1b[K");
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.clear();
    shown = undefined;
  }
}
