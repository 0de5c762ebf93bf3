import { existsSync, mkdirSync } from "node:fs";
import { Screen } from "../support/screen.ts";

const vmhost = `${import.meta.dir}/vmhost`;
const root = `${import.meta.dir}/../..`;

/** The oldest smolvm that we support, and the newest. */
export const versions = ["1.28.1", "1.32.2"] as const;
export const newest = versions[1];

export const key = "sk-ant-api03-offline-0123456789-abcdefghij";

/** How vmhost ends when the emulated machine has died, with its disk. */
const died = 75;

/** Why the emulated machine cannot run here, in one line; undefined where it can. */
export function whyNot(): string | undefined {
  if (process.env.CLAUDE_BOTTLE_VM === "0") return "left out by CLAUDE_BOTTLE_VM=0";
  const { exitCode, stdout } = Bun.spawnSync([vmhost, "can"]);
  return exitCode === 0 ? undefined : stdout.toString().trim();
}

export type Outcome = { stdout: string; stderr: string; code: number };

/**
 * The emulated machine as the user `dev`, with one smolvm of its own, our compiled program, the stand-in API, and a project
 * whose name holds what a name may hold.
 */
export class Lab {
  readonly version: string;
  readonly home: string;
  readonly project: string;
  /** The directory that this machine and the emulated one both see. */
  readonly share: string;
  readonly image: string;

  private constructor(version: string, name: string, share: string) {
    this.version = version;
    this.home = `/home/dev/${name}-${version}`;
    this.project = `${this.home}/it's a "project" #{x} $(id) é;`;
    this.share = share;
    this.image = `${share}/images/claude`;
  }

  /** `name` keeps what one test file makes apart from the others'. */
  static async up(version: string, name: string): Promise<Lab> {
    for (const step of [["setup"], ["smolvm", ...versions], ["image"]]) await vm(step);
    const share = (await vm(["share"])).trim();
    const kit = `${share}/kit`;
    mkdirSync(kit, { recursive: true });
    const binary = process.env.TOOL_BIN ?? `${root}/dist/claude-bottle`;
    if (!existsSync(binary)) throw new Error(`${binary} is not built: bun run build`);
    await local(["cp", binary, `${kit}/claude-bottle`]);
    const stub = `${root}/test/support/claude/stub-api.ts`;
    await local([process.execPath, "build", "--compile", "--outfile", `${kit}/stub-api`, stub]);
    for (const file of ["internet.sh", "name-server.py", "base.py"])
      await local(["cp", `${import.meta.dir}/${file}`, kit]);
    await vm(["up"]);
    const lab = new Lab(version, name, share);
    await lab.#furnish(kit);
    return lab;
  }

  async #furnish(kit: string): Promise<void> {
    // Our programs on the machine's own disk: through the share each start reads them again.
    await this.expectOk(
      `mkdir -p $LAB/bin $KIT && cp ${kit}/* $KIT/ && cat > $LAB/bin/smolvm && chmod +x $LAB/bin/smolvm`,
      smolvmShim(this.version),
    );
    // Claude's JIT does not get to its prompt under emulation.
    await this.expectOk(
      "mkdir -p $XDG_CONFIG_HOME/claude-bottle && cat > $XDG_CONFIG_HOME/claude-bottle/config.toml",
      `[bottle]\nbackend = "smolvm"\nimage = "${this.image}"\ncpus = 1\nmemory = 2048\n[env]\nBUN_JSC_useJIT = "0"\n`,
    );
    await this.expectOk(
      `mkdir -p ${quote(this.project)} && cd ${quote(this.project)} && cat > bottle.toml && echo 'Speak softly.' > 'prompt é.md'`,
      `[agents.claude]\nprompt-file = "prompt é.md"\n`,
    );
    await this.expectOk(
      "nohup $KIT/stub-api --port 8123 --bodies --log $LAB/requests </dev/null >$LAB/stub.log 2>&1 & echo $! > $LAB/stub.pid",
    );
  }

  /** Before a line of bash: this version's smolvm first on PATH, our own program not on it. */
  get exports(): string {
    const own = ["data", "cache", "state", "config"].map(
      (kind) => `XDG_${kind.toUpperCase()}_HOME=${this.home}/${kind}`,
    );
    return `export LAB=${this.home} KIT=${this.home}/kit PATH=${this.home}/bin:$PATH ${own.join(" ")}; cb=$KIT/claude-bottle; `;
  }

  /** The same with the stand-in API and a key for it, in the project. */
  get atWork(): string {
    return `${this.exports}cd ${quote(this.project)} && export ANTHROPIC_BASE_URL=http://127.0.0.1:8123 ANTHROPIC_API_KEY=${key}; `;
  }

  async sh(script: string, stdin: string | Uint8Array = "", user: "sh" | "root" = "sh"): Promise<Outcome> {
    const outcome = await run(["timeout", "180", vmhost, user, this.exports + script], stdin);
    if (outcome.code === died) throw new Error(`no word about our program: ${script}\n${outcome.stderr}`);
    return outcome;
  }

  /** The same on a terminal. */
  terminal(script: string, size?: { columns: number; rows: number }): Screen {
    const env = { PATH: process.env.PATH ?? "", TERM: "xterm-256color" };
    return new Screen([vmhost, "tty", this.exports + script], { cwd: root, env, ...size });
  }

  async expectOk(script: string, stdin: string | Uint8Array = "", user: "sh" | "root" = "sh"): Promise<string> {
    const { stdout, stderr, code } = await this.sh(script, stdin, user);
    if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  inProject(script: string, stdin?: string | Uint8Array): Promise<Outcome> {
    return this.sh(this.atWork + script, stdin);
  }

  /** `script` in the bottle, by `exec`. */
  guest(script: string): Promise<Outcome> {
    return this.inProject(`$cb exec -- sh -c ${quote(script)}`);
  }

  async machines(): Promise<{ name: string; state: string }[]> {
    return JSON.parse(await this.expectOk("smolvm machine ls --json"));
  }

  /** Ends what the tests may have left. */
  async clear(): Promise<void> {
    await this.sh(
      `kill $(cat $LAB/stub.pid); for m in $(smolvm machine ls --json | grep -o '"name": "[^"]*' | cut -d'"' -f4); do smolvm machine stop --name $m; smolvm machine delete -f --name $m; done`,
    );
  }

  static async down(): Promise<void> {
    await vm(["down"]);
  }
}

/**
 * For each test of the real smolvm: under emulation microVMs die now and then, at a moment of their own. A failed test is printed and run
 * again, so each must bear what a failed run of itself has left. What it waits for has limits of its own, which come first.
 */
export const emulated = { timeout: 20 * 60_000, retry: 2 };

/**
 * Under emulation some microVMs die as they boot, and some connections to one break in the midst of many bytes: smolvm says
 * so then. Our launch has undone itself, and is tried again, twice at most.
 */
export async function booting(work: () => Promise<Outcome>): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await work();
    const isFault = /boot process exited|did not become ready|Connection reset by peer/.test(outcome.stderr);
    if (!isFault || attempt === 3) return outcome;
    console.log(`attempt ${attempt}: smolvm failed by itself: ${outcome.stderr}`);
  }
}

export const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Logs each call's verb ("settle" and "end" for our control execs). The file no-winch hides SIGWINCH from the client; with
 * slow-create a create that has made its machine does not end, and says so by the file created.
 */
const smolvmShim = (version: string) => `#!/bin/sh
case "$*" in *' sh settle '*) echo settle ;; *' sh end '*) echo end ;; *) echo "$2" ;; esac >>$LAB/calls
[ -e $LAB/no-winch ] && exec python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
os.execvp(sys.argv[1], sys.argv[1:])' smolvm-${version} "$@"
[ "$2" = create ] && [ -e $LAB/slow-create ] && smolvm-${version} "$@" && touch $LAB/created && exec sleep 600
exec smolvm-${version} "$@"
`;

async function vm(args: readonly string[]): Promise<string> {
  return local([vmhost, ...args]);
}

async function local(argv: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await run(argv);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

async function run(argv: readonly string[], stdin: string | Uint8Array = ""): Promise<Outcome> {
  const child = Bun.spawn([...argv], { stdin: Buffer.from(stdin), stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { stdout, stderr, code };
}
