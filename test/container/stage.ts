import { afterAll, beforeAll, test } from "bun:test";
import { rmSync } from "node:fs";
import { Podman, whyNoDocker, whyNoPodman } from "../support/podman.ts";
import { Home, type RunOptions } from "../support/tool.ts";

export const minute = 60_000;
export const programs = ["podman", "docker"] as const;
export type ProgramName = (typeof programs)[number];

const reasons = { podman: whyNoPodman(), docker: whyNoDocker() };
for (const [program, reason] of Object.entries(reasons)) if (reason) console.log(`${program} is skipped: ${reason}`);

let podman: Podman | undefined;

/** Before all tests of a file: podman's own store, and its service for docker's command line. */
export function usePodman(): void {
  beforeAll(async () => {
    if (reasons.podman) return;
    podman = await Podman.up();
    if (!reasons.docker) await podman.serve();
  }, 10 * minute);
  afterAll(async () => await podman?.[Symbol.asyncDispose]());
}

/** A project without a manifest, whose bottle is gone with it. */
export class Project extends Home implements AsyncDisposable {
  readonly #engine: Readonly<Record<string, string>>;

  constructor(program: ProgramName, settings: string, engine: Readonly<Record<string, string>> = podman?.env ?? {}) {
    super();
    this.#engine = engine;
    rmSync(`${this.project}/bottle.toml`);
    this.settings(`${settings.replace("[bottle]", `[bottle]\nbackend = "${program}"`)}\n`);
  }

  override get env(): Record<string, string> {
    // podman as root finds iptables there.
    return { ...super.env, ...this.#engine, PATH: `${super.env.PATH}:/usr/sbin:/sbin` };
  }

  tool(args: readonly string[], options: RunOptions = {}) {
    return this.run(args, options);
  }

  /** The output of a line of sh in the bottle. */
  async sh(script: string, options: RunOptions = {}): Promise<string> {
    const { stdout, stderr, code } = await this.run(["exec", "--", "sh", "-c", script], options);
    if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(["rm", "--force"]);
    this[Symbol.dispose]();
  }
}

/** A test on an engine of what is another machine as far as files go. */
export function onEngineElsewhere(
  program: ProgramName,
  title: string,
  settings: string,
  work: (project: Project) => Promise<void>,
  limitMs: number,
): void {
  test.skipIf(reasons[program] !== undefined)(
    title,
    async () => {
      const elsewhere = await podman?.serveElsewhere();
      await using project = new Project(program, settings, elsewhere);
      await work(project);
    },
    limitMs,
  );
}

/** A test on a real engine, skipped where it is not there. */
export function onEngine(
  program: ProgramName,
  title: string,
  settings: string,
  work: (project: Project) => Promise<void>,
  limitMs = minute,
): void {
  test.skipIf(reasons[program] !== undefined)(
    title,
    async () => {
      await using project = new Project(program, settings);
      await work(project);
    },
    limitMs,
  );
}
