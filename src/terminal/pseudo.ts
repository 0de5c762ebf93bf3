import type { Size } from "./size.ts";

const graceMs = 5_000;

/** A program on a pseudo-terminal of ours. */
export class PseudoTerminal implements AsyncDisposable {
  readonly #child: Bun.Subprocess;
  #text = "";
  #wake = () => {};

  constructor(
    argv: readonly string[],
    { env, size }: { readonly env: Readonly<Record<string, string>>; readonly size: Size },
  ) {
    const [rows, cols] = size;
    this.#child = Bun.spawn([...argv], {
      env,
      terminal: {
        rows,
        cols,
        data: (_, bytes) => {
          this.#text += Buffer.from(bytes).toString();
          this.#wake();
        },
      },
    });
    void this.#child.exited.then(() => this.#wake());
  }

  /** All that it has printed. */
  get text(): string {
    return this.#text;
  }

  resize([rows, columns]: Size): void {
    this.#child.terminal?.resize(columns, rows);
  }

  /** How long the output took to match; undefined if it did not match in time or the program ended. */
  async until(
    fits: (text: string) => boolean,
    { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
  ): Promise<number | undefined> {
    const start = performance.now();
    while (!fits(this.#text)) {
      signal.throwIfAborted();
      const left = start + limitMs - performance.now();
      if (left <= 0 || this.#child.exitCode !== null || this.#child.signalCode !== null) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, Math.min(left, 250));
      this.#wake = resolve;
      await promise;
      clearTimeout(timer);
    }
    return performance.now() - start;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    await this.#child.exited;
    clearTimeout(timer);
    this.#child.terminal?.close();
  }
}
