import { Output } from "../system/output.ts";
import type { Sandbox } from "../system/system.ts";
import type { Size } from "./size.ts";

/** How pty-resize reaches the guest besides the session itself. Comes from its parent in one private variable. */
type Reach = {
  /** Runs the control script in the guest (guest/control.ts) with the arguments that follow. */
  readonly argv?: readonly string[];
  readonly session: string;
  /** Undefined if the guest uses the caller's own terminal, whose size is always right. */
  readonly size?: Size;
  /** The session's descriptor 3 is a pipe that our end closes. */
  readonly held?: boolean;
  /** Tells tmux which session the pane shows. */
  readonly tag?: readonly string[];
  /** Directories to watch, and the command that reports a change. */
  readonly watch?: { readonly directories: readonly string[]; readonly tell: readonly string[] };
  /** Variables that the end of the session needs and the session must not have. */
  readonly own?: Readonly<Record<string, string>>;
  /** A command to run beside the session, and its interval. */
  readonly repeated?: { readonly argv: readonly string[]; readonly seconds: number };
  /** The bottle's processes are on another machine. */
  readonly isElsewhere?: boolean;
  /** Believe the client's status only if the client says whose it is. */
  readonly isTold?: boolean;
  readonly sandbox?: Sandbox;
};

const timeoutMs = 30_000;
/** The guest's root could make its shell print without end. */
const answerBytes = 1024;
const nativeTenths = 10;

/** Without it, the session relies on the backend's own handling of the size. */
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

  /** Ends the session in the guest if we are killed, which closes a pipe. Returns a function that cancels this. */
  watch(): () => void {
    const watcher = Bun.spawn(["/bin/sh", "-c", 'read -r _ <&3 || exec "$@" 3<&-', "sh", ...this.#end], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      detached: true,
      env: this.#env,
    });
    watcher.unref();
    return () => watcher.kill("SIGKILL");
  }

  /** Whether the session's command runs on. */
  async isLeft(): Promise<boolean> {
    return (await this.#run([...this.#argv, "left", this.#session])).text.trim() === "left";
  }

  async endSession(): Promise<void> {
    this.abandon();
    // A closing terminal sends a second SIGHUP when its shell dies. It may hit a child that is still in our process group.
    for (let attempt = 1; attempt <= 3; attempt += 1) if (!(await this.#run(this.#end)).hungUp) return;
  }

  /** Ends the running exec, so that nothing waits for it. */
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

  /** Outside the terminal's process group, because Ctrl-C is for the session. */
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
