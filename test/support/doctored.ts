import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { Home, tool, type RunOptions } from "./tool.ts";

export type Finding = {
  id: string;
  level: "ok" | "note" | "warning" | "error";
  what: string;
  why: string | null;
  fix: { command: string; safe: boolean } | null;
};
type Report = { starts: boolean; backend: string | null; findings: Finding[] };

export type Row = {
  /** What it needs for it to be well, too. */
  readonly prepared?: (machine: Machine) => void | Promise<void>;
  readonly broken: (machine: Machine) => void | Promise<void>;
  readonly finding: Finding;
  /** What the words of the fix say; without it: the safe ones by --fix, any other one as it is printed. */
  readonly mended?: (machine: Machine) => void | Promise<void>;
};

const podmanInfo = {
  host: { cgroupVersion: "v2", cgroupControllers: ["cpu", "memory", "pids"], security: { rootless: true } },
  version: { Version: "4.3.1" },
};
const tools = ["sh", "cat", "chmod", "chown", "id", "rm", "git", "touch", "bash", "stty", "printf", "tr", "sleep"];

/** A machine on which a session would start, on podman, with nothing but what it needs. */
export class Machine extends Home {
  readonly state = `${this.directory}/state/claude-bottle`;
  /** Added to the environment; undefined removes. */
  extra: Record<string, string | undefined> = {};
  /** Before the program: a box to run it in. */
  box: readonly string[] = [];

  constructor() {
    super();
    this.removeProgram("smolvm");
    this.backend("podman");
    this.manifest("");
    writeFileSync(`${this.directory}/podman-info`, JSON.stringify(podmanInfo));
    this.podman();
    this.program("sudo", 'exec "$@"');
    this.program("tmux", "echo tmux 3.3a");
    for (const name of tools) symlinkSync(Bun.which(name) ?? name, `${this.bin}/${name}`);
    mkdirSync(this.state, { recursive: true, mode: 0o700 });
    writeFileSync(`${this.directory}/home/.gitconfig`, "[user]\nname = Ada\nemail = ada@example.org\n");
  }

  backend(name: string): void {
    this.settings(`bottle.backend = "${name}"\n`);
  }

  /** Its command line, without containers. */
  podman(): void {
    this.program("podman", `[ "$1" = info ] && exec cat '${this.directory}/podman-info'\nexit 0`);
  }

  /** The fake one; a further directory of PATH may hold another. */
  fakeSmolvm(directory: string = this.bin, version?: string): void {
    mkdirSync(directory, { recursive: true });
    const says = version === undefined ? "" : `export FAKE_SMOLVM_VERSION='smolvm ${version}'; `;
    const script = `${says}cd / && exec '${process.execPath}' '${import.meta.dir}/fake-smolvm.ts' "$@"`;
    writeFileSync(`${directory}/smolvm`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  override get env(): Record<string, string> {
    const all = { ...super.env, PATH: this.bin, CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-x", ...this.extra };
    return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  override start(args: readonly string[], { stdin = "" }: RunOptions = {}) {
    const streams = { stdin: Buffer.from(stdin), stdout: "pipe", stderr: "pipe" } as const;
    return Bun.spawn([...this.box, ...tool, ...args], { cwd: this.project, env: this.env, ...streams });
  }

  async examine(words: readonly string[] = []): Promise<Report> {
    const { stdout, stderr, code } = await this.run(["doctor", "--json", ...words]);
    if (stdout === "") throw new Error(stderr);
    if (/the-secret|sk-ant-/.test(stdout + stderr)) throw new Error(`a secret is shown:\n${stdout}${stderr}`);
    const report = JSON.parse(stdout) as Report;
    if (report.starts !== (code === 0)) throw new Error(`it starts: ${report.starts}, and the status is ${code}`);
    return report;
  }

  /** All that is not well. */
  async complaints(words: readonly string[] = []): Promise<Finding[]> {
    return (await this.examine(words)).findings.filter(({ level }) => level !== "ok");
  }

  /** As a person would copy it from the screen. */
  shell(command: string): void {
    const line = command.replaceAll("~", this.directory);
    const { stderr, exitCode } = Bun.spawnSync(["bash", "-c", line], { cwd: this.project, env: this.env });
    if (exitCode !== 0) throw new Error(`${line}: ${stderr.toString()}`);
  }
}

/** Breaks it, sees exactly that finding, mends it by its fix, and sees what was there before. */
export async function provoke(machine: Machine, { prepared, broken, finding, mended }: Row): Promise<unknown> {
  await prepared?.(machine);
  const before = await machine.complaints();
  const bad = before.filter(({ level }) => level !== "note");
  if (bad.length > 0) throw new Error(`not well from the start: ${JSON.stringify(bad)}`);
  await broken(machine);
  const known = new Set(before.map((one) => JSON.stringify(one)));
  const found = (await machine.complaints()).filter((one) => !known.has(JSON.stringify(one)));
  if (mended) await mended(machine);
  else if (finding.fix && !finding.fix.safe) machine.shell(finding.fix.command);
  const after = await machine.complaints(finding.fix?.safe ? ["--fix", "--yes"] : []);
  return { found, isMended: JSON.stringify(after) === JSON.stringify(before) || after };
}

export const outcome = ({ finding }: Row) => ({ found: [finding], isMended: true });
