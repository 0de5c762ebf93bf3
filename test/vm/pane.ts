import { type Lab, quote } from "./lab.ts";

/** A pane of a tmux server in the emulated machine, 100x30 to begin with. */
export class Pane implements AsyncDisposable {
  readonly #lab: Lab;
  readonly #tmux: string;

  private constructor(lab: Lab, name: string) {
    this.#lab = lab;
    this.#tmux = `tmux -L ${name} -f /dev/null`;
  }

  /** `script` is run by bash in the pane, in the project; the pane stays after it. What an earlier pane of that name left is ended. */
  static async open(lab: Lab, name: string, script: string): Promise<Pane> {
    const pane = new Pane(lab, name);
    await lab.expectOk(
      `cat > $LAB/${name}.sh; ${pane.#tmux} kill-server; ${pane.#tmux} new-session -d -s s -x 100 -y 30 bash $LAB/${name}.sh`,
      `${lab.atWork}\n${script}\nexec sleep 1000\n`,
    );
    return pane;
  }

  async screen(): Promise<string> {
    return (await this.#lab.sh(`${this.#tmux} capture-pane -p -t s`)).stdout;
  }

  /** Whether the script has ended: the pane's own process is the sleep after it then. */
  async #isOver(): Promise<boolean> {
    return (await this.#lab.sh(`${this.#tmux} display-message -p -t s '#{pane_current_command}'`)).stdout !== "bash\n";
  }

  /** Waits for the screen to fit; the last screen is in the error. */
  async until(fits: RegExp | ((screen: string) => boolean), limitMs: number): Promise<string> {
    for (const end = Date.now() + limitMs; ; await Bun.sleep(300)) {
      const isLast = Date.now() > end || (await this.#isOver());
      const screen = await this.screen();
      if (typeof fits === "function" ? fits(screen) : fits.test(screen)) return screen;
      if (isLast) throw new Error(`not on the screen, which comes no more or within ${limitMs} ms: ${fits}\n${screen}`);
    }
  }

  async type(text: string): Promise<void> {
    await this.#lab.expectOk(`${this.#tmux} send-keys -t s -l ${quote(text)}`);
  }

  async press(key: string): Promise<void> {
    await this.#lab.expectOk(`${this.#tmux} send-keys -t s ${key}`);
  }

  /** `count` sizes as fast as tmux can, then this one. */
  async storm(count: number, columns: number, rows: number): Promise<void> {
    await this.#lab.expectOk(
      `for i in $(seq 1 ${count}); do ${this.#tmux} resize-window -t s -x $((60 + i % 50)) -y $((15 + i % 20)); done; ${this.#tmux} resize-window -t s -x ${columns} -y ${rows}`,
    );
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#lab.expectOk(`${this.#tmux} resize-window -t s -x ${columns} -y ${rows}`);
  }

  async kill(): Promise<void> {
    await this.#lab.expectOk(`${this.#tmux} kill-pane -t s`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lab.sh(`${this.#tmux} kill-server`);
  }
}
