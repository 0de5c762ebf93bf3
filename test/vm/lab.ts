import { existsSync, mkdirSync } from "node:fs";

const vmhost = `${import.meta.dir}/vmhost`;
const root = `${import.meta.dir}/../..`;

/** The oldest smolvm that we support, and the newest. */
export const versions = ["1.28.1", "1.32.2"] as const;

/** Why the emulated machine cannot run here, in one line; undefined where it can. */
export function whyNot(): string | undefined {
  if (process.env.CLAUDE_BOTTLE_VM === "0") return "left out by CLAUDE_BOTTLE_VM=0";
  const { exitCode, stdout } = Bun.spawnSync([vmhost, "can"]);
  return exitCode === 0 ? undefined : stdout.toString().trim();
}

export type Outcome = { stdout: string; stderr: string; code: number };

/** The emulated machine, as the user `dev` with one smolvm of its own, our compiled program and the stand-in API. */
export class Lab {
  readonly version: string;
  readonly share: string;

  private constructor(version: string, share: string) {
    this.version = version;
    this.share = share;
  }

  static async up(version: string): Promise<Lab> {
    for (const step of [["setup"], ["smolvm", ...versions], ["image"]]) await vm(step);
    const share = (await vm(["share"])).trim();
    const kit = `${share}/kit`;
    mkdirSync(kit, { recursive: true });
    const binary = process.env.TOOL_BIN ?? `${root}/dist/claude-bottle`;
    if (!existsSync(binary)) throw new Error(`${binary} is not built: bun run build`);
    // Renamed into place: the machine may still run the one before it.
    await local(["cp", binary, `${kit}/claude-bottle.new`]);
    await local(["mv", `${kit}/claude-bottle.new`, `${kit}/claude-bottle`]);
    await local([
      process.execPath,
      "build",
      "--compile",
      "--outfile",
      `${kit}/stub-api`,
      `${root}/test/support/claude/stub-api.ts`,
    ]);
    await vm(["up"]);
    const lab = new Lab(version, share);
    await lab.expectOk(
      `mkdir -p ${lab.home}/bin && cat > ${lab.home}/bin/smolvm && chmod +x ${lab.home}/bin/smolvm`,
      smolvmShim(version, lab.home),
    );
    return lab;
  }

  /** What this version's tests keep apart from the other's. */
  get home(): string {
    return `/home/dev/lab-${this.version}`;
  }

  /** A line of bash as dev, with this version's smolvm first on PATH. */
  async sh(script: string, stdin: string | Uint8Array = ""): Promise<Outcome> {
    const set = `export PATH=${this.home}/bin:$PATH XDG_DATA_HOME=${this.home}/data XDG_CACHE_HOME=${this.home}/cache XDG_STATE_HOME=${this.home}/state KIT=${this.share}/kit LAB=${this.home}; `;
    const child = Bun.spawn([vmhost, "sh", set + script], {
      stdin: Buffer.from(stdin),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { stdout, stderr, code };
  }

  async expectOk(script: string, stdin: string | Uint8Array = ""): Promise<string> {
    const { stdout, stderr, code } = await this.sh(script, stdin);
    if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  static async down(): Promise<void> {
    await vm(["down"]);
  }
}

/** Logs each call's verb ("settle" and "end" for our control execs), and with the file no-winch hides SIGWINCH from the client. */
const smolvmShim = (version: string, home: string) => `#!/bin/sh
case "$*" in *' sh settle '*) echo settle ;; *' sh end '*) echo end ;; *) echo "$2" ;; esac >>${home}/calls
[ -e ${home}/no-winch ] && exec python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
os.execvp(sys.argv[1], sys.argv[1:])' smolvm-${version} "$@"
exec smolvm-${version} "$@"
`;

async function vm(args: readonly string[]): Promise<string> {
  return local([vmhost, ...args]);
}

async function local(argv: readonly string[]): Promise<string> {
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
