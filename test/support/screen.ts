import { Terminal } from "@xterm/headless";

/** A program on a terminal of its own, whose screen a test can read. */
export class Screen implements AsyncDisposable {
  readonly #emulator: Terminal;
  readonly process: Bun.Subprocess;
  /** All bytes that came, as they came. */
  raw = "";
  /** How long the terminal takes for an answer to a program. */
  answersAfterMs = 0;
  /** What a program that asks for the clipboard gets. */
  clipboard: string | undefined;

  constructor(
    argv: readonly string[],
    {
      columns = 80,
      rows = 24,
      ...options
    }: { cwd: string; env: Record<string, string>; columns?: number; rows?: number },
  ) {
    this.#emulator = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000, logLevel: "off" });
    this.process = Bun.spawn([...argv], {
      ...options,
      terminal: {
        cols: columns,
        rows,
        data: (_, bytes) => {
          this.raw += Buffer.from(bytes).toString();
          this.#emulator.write(bytes);
        },
      },
    });
    // Programs ask the terminal for things, and wait for the answer.
    this.#emulator.onData((data) => this.#answer(data));
    this.#emulator.parser.registerOscHandler(52, (text) => {
      if (this.clipboard !== undefined && text.endsWith("?")) this.#answer(`\x1b]52;c;${this.clipboard}\x07`);
      return true;
    });
  }

  #answer(text: string): void {
    // A program that has ended is still read to its last question.
    const answer = () => void (this.process.terminal?.closed || this.press(text));
    if (this.answersAfterMs === 0) answer();
    else setTimeout(answer, this.answersAfterMs);
  }

  /** Waits until the bytes that came fit, and answers the first group. */
  async said(fits: RegExp, limitMs = 15_000): Promise<string> {
    for (const end = Date.now() + limitMs; Date.now() < end; await Bun.sleep(20)) {
      const found = fits.exec(this.raw)?.[1];
      if (found !== undefined) return found;
    }
    throw new Error(`not said after ${limitMs} ms: ${fits}\n${JSON.stringify(this.raw)}`);
  }

  get text(): string {
    const buffer = this.#emulator.buffer.active;
    const lines = Array.from(
      { length: buffer.length },
      (_, line) => buffer.getLine(line)?.translateToString(true) ?? "",
    );
    return lines.join("\n").trimEnd();
  }

  /** What a program may switch on and forget to switch off. */
  get modes() {
    const { mouseTrackingMode: mouse, sendFocusMode: focus, bracketedPasteMode: paste } = this.#emulator.modes;
    const { coreService } = (this.#emulator as unknown as { _core: { coreService: { isCursorHidden: boolean } } })
      ._core;
    return {
      alternate: this.#emulator.buffer.active.type === "alternate",
      mouse,
      focus,
      paste,
      cursor: !coreService.isCursorHidden,
    };
  }

  press(keys: string): void {
    this.process.terminal?.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.process.terminal?.resize(columns, rows);
    if (columns > 0 && rows > 0) this.#emulator.resize(columns, rows);
  }

  /** Waits until the screen fits; the last screen is in the error. */
  async until(fits: RegExp | string, limitMs = 15_000): Promise<string> {
    for (const end = Date.now() + limitMs; Date.now() < end; await Bun.sleep(20))
      if (typeof fits === "string" ? this.text.includes(fits) : fits.test(this.text)) return this.text;
    throw new Error(`not on the screen after ${limitMs} ms: ${fits}\n${this.text}`);
  }

  close(): void {
    this.process.terminal?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGKILL");
    await this.process.exited;
    this.close();
  }
}
