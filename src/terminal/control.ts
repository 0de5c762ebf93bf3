import { endArgv, settleArgv } from "../guest/guest.ts";
import type { Size } from "./size.ts";

/** How the wrapper reaches the guest beside the session; its maker's word, in one private variable that is read once. */
type Reach = { readonly argv: readonly string[]; readonly session: string; readonly size: Size };

const timeoutMs = 30_000;
const nativeTenths = 10;

/** Short execs in the guest, one at a time. */
export class Control {
  readonly #reach: Reach;
  readonly #env: NodeJS.ProcessEnv;
  #running: Bun.Subprocess | undefined;

  private constructor(reach: Reach, env: NodeJS.ProcessEnv) {
    this.#reach = reach;
    this.#env = env;
  }

  /** A session without it goes on with the backend's own way alone. */
  static open(text: string | undefined, env: NodeJS.ProcessEnv): Control | undefined {
    try {
      return text ? new Control(JSON.parse(text) as Reach, env) : undefined;
    } catch {
      return undefined;
    }
  }

  /** The size that the session was started with. */
  get size(): Size {
    return this.#reach.size;
  }

  async settle(size: Size, { wait }: { wait: boolean }): Promise<"native" | "asserted" | "gone"> {
    const { argv, session } = this.#reach;
    const { text } = await this.#run(settleArgv(argv, session, size, wait ? nativeTenths : 0));
    const word = text.trim();
    return word === "native" || word === "asserted" ? word : "gone";
  }

  async endSession(): Promise<void> {
    this.abandon();
    // The second SIGHUP of a closing terminal, sent as its shell dies, may hit a child that is not out of our group yet.
    for (let attempt = 1; attempt <= 3; attempt += 1)
      if (!(await this.#run(endArgv(this.#reach.argv, this.#reach.session))).hungUp) return;
  }

  /** Ends what is under way, so that it holds up nobody. */
  abandon(): void {
    const child = this.#running;
    this.#running = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      child.kill("SIGKILL");
    }
  }

  /** Out of the terminal's group: Ctrl-C is the session's. */
  async #run(argv: readonly string[]): Promise<{ readonly text: string; readonly hungUp: boolean }> {
    try {
      const child = Bun.spawn([...argv], {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
        detached: true,
        env: this.#env,
      });
      this.#running = child;
      const timer = setTimeout(() => this.abandon(), timeoutMs);
      const text = await new Response(child.stdout).text();
      await child.exited;
      clearTimeout(timer);
      if (this.#running === child) this.#running = undefined;
      return { text, hungUp: child.signalCode === "SIGHUP" };
    } catch {
      return { text: "", hungUp: false };
    }
  }
}
