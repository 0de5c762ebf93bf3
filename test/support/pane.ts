import { until } from "./tool.ts";

/** One program in a tmux server of its own, as somebody sees it there. */
export class Pane implements Disposable {
  readonly #socket = `claude-bottle-${process.pid}-${crypto.randomUUID()}`;
  readonly #options: { readonly cwd: string; readonly env: Record<string, string> };

  constructor(
    argv: readonly string[],
    {
      columns = 100,
      rows = 30,
      ...options
    }: { cwd: string; env: Record<string, string>; columns?: number; rows?: number },
  ) {
    this.#options = options;
    this.#tmux("new-session", "-d", "-s", "s", "-x", String(columns), "-y", String(rows), "-c", options.cwd, ...argv);
  }

  #tmux(...words: string[]): string {
    return Bun.spawnSync(["tmux", "-L", this.#socket, "-f", "/dev/null", ...words], this.#options).stdout.toString();
  }

  get text(): string {
    return this.#tmux("capture-pane", "-p", "-t", "s");
  }

  async until(fits: RegExp, limitMs = 30_000): Promise<void> {
    await until(() => fits.test(this.text), () => `${fits} on the screen:\n${this.text}`, limitMs); // prettier-ignore
  }

  /** Types a prompt of Claude's, and sends it. */
  async prompt(text: string): Promise<void> {
    this.#tmux("send-keys", "-t", "s", "-l", text);
    await this.until(new RegExp(`❯.${text}`));
    this.#tmux("send-keys", "-t", "s", "Enter");
  }

  /** A key by tmux's own name. */
  press(key: string): void {
    this.#tmux("send-keys", "-t", "s", key);
  }

  /** Claude draws rules as wide as it believes its terminal to be. */
  async followsWidth(columns: number): Promise<void> {
    this.#tmux("resize-window", "-t", "s", "-x", String(columns), "-y", "25");
    await this.until(new RegExp(`^─{${columns}}$`, "m"));
  }

  [Symbol.dispose](): void {
    this.#tmux("kill-server");
  }
}
