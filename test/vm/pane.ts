import type { Lab } from "./lab.ts";

/** A pane of a tmux server in the emulated machine, 100x30 to begin with. */
export class Pane implements AsyncDisposable {
  readonly #lab: Lab;
  readonly #tmux: string;

  private constructor(lab: Lab, name: string) {
    this.#lab = lab;
    this.#tmux = `tmux -L ${name} -f /dev/null`;
  }

  /** `script` is run by bash in the pane, in `directory`; the pane stays for a while after it. */
  static async open(lab: Lab, name: string, directory: string, script: string): Promise<Pane> {
    const pane = new Pane(lab, name);
    await lab.expectOk(
      `cat > $LAB/${name}.sh && cd ${quote(directory)} && ${pane.#tmux} new-session -d -s s -x 100 -y 30 bash $LAB/${name}.sh`,
      `${script}\nsleep 100\n`,
    );
    return pane;
  }

  async screen(): Promise<string> {
    return (await this.#lab.sh(`${this.#tmux} capture-pane -p -t s`)).stdout;
  }

  /** Waits for the screen to fit; the last screen is in the error. */
  async until(fits: RegExp | ((screen: string) => boolean), limitMs: number): Promise<string> {
    let screen = "";
    for (const end = Date.now() + limitMs; Date.now() < end; await Bun.sleep(300)) {
      screen = await this.screen();
      if (typeof fits === "function" ? fits(screen) : fits.test(screen)) return screen;
    }
    throw new Error(`not on the screen after ${limitMs} ms: ${fits}\n${screen}`);
  }

  async type(text: string): Promise<void> {
    await this.#lab.expectOk(`${this.#tmux} send-keys -t s -l ${quote(text)}`);
  }

  async press(key: string): Promise<void> {
    await this.#lab.expectOk(`${this.#tmux} send-keys -t s ${key}`);
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

export const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
