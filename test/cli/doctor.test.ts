import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { Home } from "../support/tool.ts";

type Finding = {
  id: string;
  level: string;
  what: string;
  why: string | null;
  fix: { command: string; safe: boolean } | null;
};
type Report = { starts: boolean; backend: string | null; findings: Finding[] };

const podmanInfo = {
  host: { cgroupVersion: "v2", cgroupControllers: ["cpu", "memory", "pids"], security: { rootless: true } },
  version: { Version: "4.3.1" },
};
const tools = ["sh", "cat", "chmod", "rm", "git", "touch"];

/** A machine on which a session would start, on podman, with nothing but what it needs. */
class Machine extends Home {
  readonly state = `${this.folder}/state/claude-bottle`;

  constructor() {
    super();
    this.removeProgram("smolvm");
    this.settings('bottle.backend = "podman"\n');
    this.manifest("");
    writeFileSync(`${this.folder}/podman-info`, JSON.stringify(podmanInfo));
    this.podman();
    for (const tool of tools) symlinkSync(Bun.which(tool) ?? tool, `${this.bin}/${tool}`);
    mkdirSync(this.state, { recursive: true, mode: 0o700 });
  }

  /** Its command line, without containers. */
  podman(): void {
    this.program("podman", `[ "$1" = info ] && exec cat '${this.folder}/podman-info'\nexit 0`);
  }

  override get env(): Record<string, string> {
    return { ...super.env, PATH: this.bin };
  }

  async examine(words: readonly string[] = []): Promise<Report & { code: number }> {
    const { stdout, code } = await this.run(["doctor", "--json", ...words]);
    const report = JSON.parse(stdout) as Report;
    expect([report.starts, code]).toEqual([code === 0, code]);
    return { ...report, code };
  }

  /** What was found besides what is well and what this machine lacks from the start. */
  async complaints(words: readonly string[] = []): Promise<Finding[]> {
    const { findings } = await this.examine(words);
    return findings.filter(({ level, id }) => level !== "ok" && !/^backend\.(smolvm|docker|bubblewrap)$/.test(id));
  }
}

type Row = {
  readonly broken: (machine: Machine) => void | Promise<void>;
  readonly finding: Finding;
  /** What the words of the fix say to do; the safe ones are left to --fix. */
  readonly mended?: (machine: Machine) => void | Promise<void>;
};

const rows: Readonly<Record<string, Row>> = {
  "an engine that does not answer": {
    broken: (machine) =>
      void machine.program("podman", 'echo "Cannot connect to Podman: connection refused" >&2; exit 125'),
    finding: {
      id: "backend.podman",
      level: "error",
      what: "cannot make bottles with podman: its engine does not answer",
      why: "a bottle here needs it",
      fix: { command: "start it: systemctl --user start podman.socket", safe: false },
    },
    mended: (machine) => machine.podman(),
  },
  "a manifest with a mistake": {
    broken: (machine) => machine.manifest("[bottle]\ncpu = 2\n"),
    finding: {
      id: "manifest",
      level: "error",
      what: 'bottle.toml:2:1: unknown key "cpu" in [bottle]; did you mean "cpus"?',
      why: "run refuses to start a session with it",
      fix: null,
    },
    mended: (machine) => machine.manifest("[bottle]\ncpus = 2\n"),
  },
  "a manifest that asks for trust": {
    broken: (machine) => machine.manifest('[secrets.TOKEN]\nenv = "TOKEN"\n'),
    finding: {
      id: "session",
      level: "error",
      what: "the manifest asks for something that needs your trust",
      why: "run refuses to start a session with it",
      fix: { command: "claude-bottle trust shows what, and asks you", safe: false },
    },
    mended: async (machine) => {
      const { hash } = JSON.parse((await machine.run(["trust", "--json"])).stdout) as { hash: string };
      await machine.run(["trust", "--accept", hash]);
    },
  },
  "a state folder that others may read": {
    broken: (machine) => chmodSync(machine.state, 0o755),
    finding: {
      id: "state.mode",
      level: "warning",
      what: '"~/state/claude-bottle" is open to others (mode 755)',
      why: "it says what you work on, and may hold a login",
      fix: { command: "chmod 700 ~/state/claude-bottle", safe: true },
    },
  },
  "a state folder that may not be written": {
    broken: (machine) => chmodSync(machine.state, 0o500),
    finding: {
      id: "state.rights",
      level: "error",
      what: '"~/state/claude-bottle" may not be written by you (mode 500)',
      why: "bottles and sessions are noted there",
      fix: { command: "chmod 700 ~/state/claude-bottle", safe: true },
    },
  },
  "a lock of a bottle that is gone": {
    broken: (machine) => {
      mkdirSync(`${machine.state}/locks`);
      writeFileSync(`${machine.state}/locks/cb-gone.db`, "");
    },
    finding: {
      id: "leftovers",
      level: "note",
      what: "nobody needs any more: 1 lock",
      why: "they take room, and a name that is seen twice is confusing",
      fix: { command: "claude-bottle gc --yes", safe: true },
    },
  },
  "a clock that has gone back": {
    broken: (machine) => {
      writeFileSync(`${machine.state}/note`, "");
      const later = Date.now() / 1000 + 2.5 * 3600;
      utimesSync(`${machine.state}/note`, later, later);
    },
    finding: {
      id: "clock",
      level: "warning",
      what: `this machine's clock stands 2h before the last change of "~/state/claude-bottle"`,
      why: "with a wrong clock a valid token counts as ended, and no certificate of a server holds",
      fix: { command: "sudo timedatectl set-ntp true", safe: false },
    },
    mended: (machine) => rmSync(`${machine.state}/note`),
  },
};

describe("doctor", () => {
  test.concurrent.each(Object.entries(rows))(
    "finds %s, and then a clean bill",
    async (_, { broken, finding, mended }) => {
      using machine = new Machine();
      expect(await machine.complaints()).toEqual([]);
      await broken(machine);
      expect(await machine.complaints()).toEqual([finding]);
      const { stdout, code } = await machine.run(["doctor"]);
      expect(stdout).toContain(`${finding.level.padEnd(7)}  ${finding.id}`);
      expect(code).toBe(finding.level === "error" ? 1 : 0);
      if (mended) await mended(machine);
      expect(await machine.complaints(mended ? [] : ["--fix", "--yes"])).toEqual([]);
    },
  );
});
