import { Output } from "../system/output.ts";
import type { Sandbox } from "../system/system.ts";
import type { Size } from "./size.ts";

/** How the wrapper reaches the guest beside the session that it holds; its maker's word, in one private variable. */
type Reach = {
  /** Runs the control script in the guest (guest/control.ts), with the words that follow it. */
  readonly argv?: readonly string[];
  readonly session: string;
  /** Undefined where the guest's terminal is the caller's own, whose size needs no care. */
  readonly size?: Size;
  /** The session's descriptor 3 is a pipe that our end breaks. */
  readonly held?: boolean;
  /** Tells the terminal's owner which session it shows. */
  readonly tag?: readonly string[];
  /** What tells of a change in one of these directories. */
  readonly watch?: { readonly directories: readonly string[]; readonly tell: readonly string[] };
  /** Variables that the session must not have and its end needs. */
  readonly own?: Readonly<Record<string, string>>;
  /** What is run beside the session, and how often. */
  readonly repeated?: { readonly argv: readonly string[]; readonly seconds: number };
  /** The client's status is to be believed only where the client says whose it is. */
  readonly isTold?: boolean;
  readonly sandbox?: Sandbox;
};

const timeoutMs = 30_000;
/** The guest's root can make its shell print without end. */
const answerBytes = 1024;
const nativeTenths = 10;

/** A session without it goes on with the backend's own way alone. */
export function parseReach(text: string | undefined): Reach | undefined {
  try {
    return text ? (JSON.parse(text) as Reach) : undefined;
  } catch {
    return undefined;
  }
}

/** Short execs in the guest, one at a time. */
export class Control {
  readonly #argv: readonly string[];
  readonly #session: string;
  readonly #env: NodeJS.ProcessEnv;
  #running: Bun.Subprocess | undefined;

  constructor(argv: readonly string[], session: string, env: NodeJS.ProcessEnv) {
    this.#argv = argv;
    this.#session = session;
    this.#env = env;
  }

  get #end(): string[] {
    return [...this.#argv, "end", this.#session];
  }

  async settle(size: Size, { wait }: { wait: boolean }): Promise<"native" | "asserted" | "gone"> {
    const { text } = await this.#run([
      ...this.#argv,
      "settle",
      this.#session,
      String(size[0]),
      String(size[1]),
      String(wait ? nativeTenths : 0),
    ]);
    const word = text.trim();
    return word === "native" || word === "asserted" ? word : "gone";
  }

  /** Ends the session in the guest when we are killed outright, which closes a pipe. Returns what calls that off. */
  watch(): () => void {
    const watcher = Bun.spawn(["/bin/sh", "-c", 'read -r _ <&3 || exec "$@" 3<&-', "sh", ...this.#end], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      detached: true,
      env: this.#env,
    });
    watcher.unref();
    return () => watcher.kill("SIGKILL");
  }

  async endSession(): Promise<void> {
    this.abandon();
    // The second SIGHUP of a closing terminal, sent as its shell dies, may hit a child that is not out of our group yet.
    for (let attempt = 1; attempt <= 3; attempt += 1) if (!(await this.#run(this.#end)).hungUp) return;
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
      const output = new Output(child.stdout, { maxBytes: answerBytes });
      await child.exited;
      clearTimeout(timer);
      const { text } = await output.finish();
      if (this.#running === child) this.#running = undefined;
      return { text, hungUp: child.signalCode === "SIGHUP" };
    } catch {
      return { text: "", hungUp: false };
    }
  }
}
