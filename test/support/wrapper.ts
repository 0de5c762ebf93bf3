import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { guestControlArgv } from "../../src/guest/control.ts";
import { preludeArgv } from "../../src/guest/guest.ts";
import { shellQuote } from "../../src/lib/quote.ts";
import { Screen } from "./screen.ts";
import { tool, until } from "./tool.ts";

type Size = { columns: number; rows: number };
export type WrapperOptions = Partial<Size> & { client?: Record<string, string>; shell?: boolean };

/**
 * A session of pty-resize as `run` starts it, with this host for a guest and pty-client.ts for smolvm: the program `wrap`.
 * Its control execs are logged. Afterwards no process of it may be left.
 */
export class Wrapper implements AsyncDisposable {
  readonly directory = realpathSync(mkdtempSync(`${tmpdir()}/wrapper-`));
  readonly session = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
  readonly #screens: Screen[] = [];

  /** `guest` is a shell script for the guest, which has its files in $FOLDER. */
  open(guest: string, { columns = 100, rows = 30, client = {}, shell = false }: WrapperOptions = {}): Screen {
    const command = ["sh", "-c", guest];
    const inside = [
      "env",
      `CLAUDE_BOTTLE_SESSION=${this.session}`,
      ...preludeArgv({
        session: this.session,
        size: { rows, columns },
        directory: this.directory,
        secrets: [],
        command,
      }),
    ];
    this.wrap([process.execPath, `${import.meta.dir}/pty-client.ts`, ...inside], { columns, rows });
    return this.#screen(shell ? ["bash", "--norc", "--noprofile", "-i"] : [`${this.directory}/bin/wrap`], {
      columns,
      rows,
      client,
    });
  }

  /** The same with `command` in the client's place. */
  openDirect(command: string[], { columns = 100, rows = 30, shell = false }: WrapperOptions = {}): Screen {
    this.wrap(command, { columns, rows });
    return this.#screen(shell ? ["bash", "--norc", "--noprofile", "-i"] : [`${this.directory}/bin/wrap`], {
      columns,
      rows,
    });
  }

  /** Writes the program; `name` is what it is called on the PATH. */
  wrap(command: string[], { columns = 100, rows = 30 }: Partial<Size> = {}, name = "wrap"): void {
    const log = `${this.directory}/execs`;
    this.#program(
      "control",
      `if [ "$5" = settle ]; then echo "settle $7 $8"; else echo "$5"; fi >>${log}\n[ "$5" = end ] || [ ! -e ${this.directory}/hang ] || exec sleep 1000\n"$@"; code=$?; echo done >>${log}.done; exit $code`,
    );
    const control = JSON.stringify({
      argv: guestControlArgv([`${this.directory}/bin/control`]),
      session: this.session,
      size: [rows, columns],
    });
    this.#program(
      name,
      `echo $$ >${this.directory}/wrapper.pid\nexport _CLAUDE_BOTTLE_CONTROL=${shellQuote(control)}\nexec ${[...tool, "pty-resize", "b", "--", ...command].map(shellQuote).join(" ")}`,
    );
  }

  #program(name: string, script: string): void {
    mkdirSync(`${this.directory}/bin`, { recursive: true });
    writeFileSync(`${this.directory}/bin/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(`${this.directory}/bin/${name}`, 0o755);
  }

  #screen(argv: string[], { columns = 100, rows = 30, client = {} }: WrapperOptions): Screen {
    const env = {
      PATH: `${this.directory}/bin:/usr/local/bin:/usr/bin:/bin`,
      HOME: this.directory,
      TERM: "xterm-256color",
      PS1: "$ ",
      FOLDER: this.directory,
      ...client,
    };
    const screen = new Screen(argv, { cwd: this.directory, env, columns, rows });
    this.#screens.push(screen);
    return screen;
  }

  /** The control execs so far, a line each. */
  get execs(): string[] {
    return this.#lines("execs");
  }

  get execsDone(): number {
    return this.#lines("execs.done").length;
  }

  #lines(name: string): string[] {
    const path = `${this.directory}/${name}`;
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  }

  file(name: string): Promise<string> {
    const path = `${this.directory}/${name}`;
    return until(
      () => existsSync(path) && readFileSync(path, "utf8").trim(),
      () => path,
    );
  }

  async pid(name: string): Promise<number> {
    return Number(await this.file(name));
  }

  /** The processes that know this directory, by their command line. */
  get left(): Map<number, string> {
    const found = new Map<number, string>();
    for (const pid of process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : []) {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(`FOLDER=${this.directory}`)) continue;
        if (/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) continue;
        found.set(Number(pid), readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 100));
      } catch {
        continue;
      }
    }
    return found;
  }

  async gone(): Promise<void> {
    await until(
      () => this.left.size === 0,
      () => [...this.left].map((entry) => entry.join(" ")).join("\n"),
      30_000,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const screen of this.#screens) screen.close();
    try {
      await this.gone();
    } finally {
      for (const pid of this.left.keys()) process.kill(pid, "SIGKILL");
      for (const screen of this.#screens) await screen[Symbol.asyncDispose]();
      rmSync(this.directory, { recursive: true, force: true });
      rmSync(`/tmp/.claude-bottle-${this.session}`, { force: true });
    }
  }
}
