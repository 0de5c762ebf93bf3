import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { archiveName, hostTarget } from "../../release/targets.ts";

export const install = `${import.meta.dir}/../../install.sh`;
/** What people have for sh, as far as it is here. */
export const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"], ["zsh", "--emulate", "sh"]].filter(([name]) =>
  Bun.which(name ?? ""),
);
const everyTool = "/usr/local/bin:/usr/bin:/bin";

type Answer = () => Response;

/** A server of releases on the loopback, and a home to install to. */
export class ReleaseSite implements Disposable {
  readonly directory = realpathSync(mkdtempSync(`${tmpdir()}/install-`));
  readonly home = `${this.directory}/my home`;
  readonly #answers = new Map<string, Answer>();
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) => this.#answers.get(new URL(url).pathname)?.() ?? new Response("", { status: 404 }),
  });
  readonly base = `http://127.0.0.1:${this.#server.port}`;

  constructor() {
    mkdirSync(this.home);
  }

  /** Puts a release there, as the newest one too, whose program is a script that says its version. */
  publish(version: string, { program = script(version), sums }: { program?: string; sums?: string } = {}): void {
    const { file, sum } = this.archive(version, program);
    const name = archiveName(version, hostTarget());
    const text = sums ?? `${"0".repeat(64)}  claude-bottle-${version}-linux-mips.tar.gz\n${sum}  ${name}\n`;
    this.answer(`/download/v${version}/${name}`, () => new Response(Bun.file(file)));
    for (const path of [`/download/v${version}`, "/latest/download"])
      this.answer(`${path}/SHA256SUMS`, () => new Response(text));
  }

  /** The .tar.gz as a file, for those who bring it themselves. */
  archive(version: string, program = script(version)): { file: string; sum: string } {
    const directory = `${this.directory}/made-${version}`;
    mkdirSync(directory, { recursive: true });
    // A path is a program that is there already.
    if (program.startsWith("/")) copyFileSync(program, `${directory}/claude-bottle`);
    else writeFileSync(`${directory}/claude-bottle`, program);
    chmodSync(`${directory}/claude-bottle`, 0o755);
    const file = `${directory}/${archiveName(version, hostTarget())}`;
    Bun.spawnSync(["tar", "-czf", file, "-C", directory, "claude-bottle"]);
    return { file, sum: Bun.spawnSync(["sha256sum", file]).stdout.toString().slice(0, 64) };
  }

  answer(path: string, answer: Answer): void {
    this.#answers.set(path, answer);
  }

  /** Runs install.sh; the first line of its stdout, and all of its stderr. */
  async run(argv: readonly string[], env: Record<string, string | undefined> = {}) {
    const all = { PATH: everyTool, HOME: this.home, TMPDIR: this.directory, CLAUDE_BOTTLE_BASE_URL: this.base, ...env };
    const defined = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const child = Bun.spawn([...argv], {
      env: Object.fromEntries(defined),
      cwd: this.directory,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { stdout: this.#plain(stdout).split("\n")[0], stderr: this.#plain(stderr), code };
  }

  #plain(text: string): string {
    return text.replaceAll(this.directory, "~").replaceAll(this.base, "SITE").replaceAll(hostTarget(), "HOST");
  }

  /** Every file and directory of the home. */
  get left(): string[] {
    return readdirSync(this.home, { recursive: true, encoding: "utf8" }).sort();
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export const script = (version: string): string => `#!/bin/sh\necho claude-bottle ${version}\n`;
