import { expect } from "bun:test";
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
import { identify, isAlive } from "../../src/system/process.ts";

const root = realpathSync(`${import.meta.dir}/../..`);
const bun = process.execPath;

/** The program under test: from source, or the compiled binary that TOOL_BIN names. */
export const tool: readonly string[] = process.env.TOOL_BIN ? [process.env.TOOL_BIN] : [bun, `${root}/src/main.ts`];

export type Outcome = { stdout: string; stderr: string; code: number };
/** Matches a message of ours by its key words, in this order. The words between them are free, so that they can be improved. */
export const says = (...keys: readonly string[]): string =>
  expect.stringMatching(new RegExp(`^claude-bottle: [^]*${keys.map((key) => RegExp.escape(key)).join("[^]*")}`));

export type RunOptions = { cwd?: string; env?: Record<string, string | undefined>; stdin?: string | Uint8Array };

/** A home, a PATH and a project of their own for one test; everything that lives in it ends with it. */
export class Home implements Disposable {
  readonly directory = realpathSync(mkdtempSync(`${tmpdir()}/bottle-test-`));
  readonly bin = `${this.directory}/bin`;
  readonly project = `${this.directory}/home/project`;
  readonly smolvm = `${this.directory}/smolvm`;

  constructor() {
    for (const directory of [this.bin, this.project, this.smolvm]) mkdirSync(directory, { recursive: true });
    // Bun would load the project's own bunfig.toml and .env.
    this.program("smolvm", `cd / && exec '${bun}' '${root}/test/support/fake-smolvm.ts' "$@"`);
    // Whatever this machine has.
    this.settings('bottle.backend = "smolvm"\n');
    this.manifest(`[bottle]\nimage = "/images/claude"\n`);
  }

  program(name: string, script: string): string {
    writeFileSync(`${this.bin}/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(`${this.bin}/${name}`, 0o755);
    return `${this.bin}/${name}`;
  }

  removeProgram(name: string): void {
    rmSync(`${this.bin}/${name}`);
  }

  /** The user's own, for every project. */
  settings(text: string): void {
    mkdirSync(`${this.directory}/home/.config/claude-bottle`, { recursive: true });
    writeFileSync(`${this.directory}/home/.config/claude-bottle/config.toml`, text);
  }

  manifest(text: string): void {
    writeFileSync(`${this.project}/bottle.toml`, text);
  }

  /** Built, not inherited. */
  get env(): Record<string, string> {
    return {
      PATH: `${this.bin}:/usr/local/bin:/usr/bin:/bin`,
      HOME: `${this.directory}/home`,
      XDG_STATE_HOME: `${this.directory}/state`,
      FAKE_SMOLVM_STATE: this.smolvm,
      TERM: "xterm-256color",
      NO_COLOR: "1",
      TZ: "UTC",
    };
  }

  start(args: readonly string[], { cwd = this.project, env, stdin = "" }: RunOptions = {}) {
    const all = Object.fromEntries(
      Object.entries({ ...this.env, ...env }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    return Bun.spawn([...tool, ...args], { cwd, env: all, stdin: Buffer.from(stdin), stdout: "pipe", stderr: "pipe" });
  }

  async run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.finish(this.start(args, options));
  }

  async finish(child: ReturnType<Home["start"]>): Promise<Outcome> {
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { stdout: this.plain(stdout), stderr: this.plain(stderr), code };
  }

  /** Without what differs from run to run. */
  plain(text: string): string {
    return text.replaceAll(this.directory, "~").replace(/cb-[a-z0-9-]*[0-9a-f]{10}/g, "cb-BOTTLE");
  }

  /** The verbs that the fake smolvm was asked for, in order; those with a machine's whole words by `words`. */
  calls(): string[][] {
    return existsSync(`${this.smolvm}/calls`)
      ? readFileSync(`${this.smolvm}/calls`, "utf8")
          .trim()
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line) as string[])
      : [];
  }

  verbs(): string[] {
    return this.calls().map(([group, verb]) => (group === "machine" ? (verb ?? "") : (group ?? "")));
  }

  machines(): { name: string; state: string; pid: number | null; labels: Record<string, string> }[] {
    return readdirSync(`${this.smolvm}/machines`).map((file) =>
      JSON.parse(readFileSync(`${this.smolvm}/machines/${file}`, "utf8")),
    );
  }

  /** As a crash of the machine does it: behind everybody's back. */
  async crash(): Promise<void> {
    const pid = this.machines()[0]?.pid;
    // To kill 0 is to kill the test runner, with its process group.
    if (!pid) throw new Error("no machine runs");
    process.kill(pid, "SIGKILL");
    await until(() => !isRunning(pid));
  }

  /** Those that have this home in their environment, but for zombies and the machines of the fake smolvm. */
  processes(): { pid: number; words: string[] }[] {
    const machines = existsSync(`${this.smolvm}/machines`) ? this.machines().map(({ pid }) => pid) : [];
    return numbersIn("/proc").flatMap((pid) => {
      try {
        if (machines.includes(pid) || !readFileSync(`/proc/${pid}/environ`, "utf8").includes(this.directory)) return [];
        return isRunning(pid) ? [{ pid, words: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0") }] : [];
      } catch {
        return [];
      }
    });
  }

  /** A bubblewrap bottle runs until it is stopped. */
  endBottles(): void {
    const ofBottle = "claude-bottle/bubblewrap/*/{holder,proxy}.json";
    const files = ["state", "home/.local/state"].flatMap((state) => [
      ...new Bun.Glob(`${state}/${ofBottle}`).scanSync({ cwd: this.directory, absolute: true, dot: true }),
    ]);
    for (const file of files) {
      const process_ = JSON.parse(readFileSync(file, "utf8"));
      if (isAlive(process_)) kill(process_.pid);
    }
  }

  [Symbol.dispose](): void {
    this.endBottles();
    // A session that was cut off still notes its end, and would make its directories anew.
    for (const limit = Date.now() + 5_000; Date.now() < limit && this.processes().some(isOurs);) Bun.sleepSync(10);
    if (existsSync(`${this.smolvm}/machines`)) for (const { pid } of this.machines()) if (pid !== null) kill(pid);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** podman too cleans up behind a container that has ended. */
const isOurs = ({ words }: { words: readonly string[] }): boolean =>
  words.slice(0, 3).some((word) => /\/(claude-bottle|main\.ts|fake-smolvm\.ts)$/.test(word)) ||
  words.includes("cleanup");

const numbersIn = (directory: string): number[] =>
  existsSync(directory) ? readdirSync(directory).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : [])) : [];

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return;
  }
}

/** Neither gone nor a zombie that nobody has reaped yet. */
export const isRunning = (pid: number): boolean => identify(pid) !== undefined;

/** By Linux alone: the tests need no ps of the machine. */
export const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

/** Polls until `check` gives a value that is not undefined or false; its last word is the failure's. */
export async function until<T>(
  check: () => T | undefined | false | Promise<T | undefined | false>,
  describe: () => string = () => "condition",
  limitMs = 20_000,
): Promise<T> {
  for (const end = Date.now() + limitMs; ; await Bun.sleep(20)) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`still waiting after ${limitMs} ms: ${describe()}`);
  }
}
