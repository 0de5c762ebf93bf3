import { Database } from "bun:sqlite";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { UserError } from "../../src/errors.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { realSystem } from "../../src/system/real.ts";
import { version } from "../../src/version.ts";
import type { Random } from "./random.ts";

const commands = [["ls"], ["ls", "--json"], ["ls", "--size"], ["gc"], ["logs"], ["rm", "cb-a-0"], ["stop", "cb-a-0"], ["exec", "cb-a-0", "--", "true"], ["cp", "cb-a-0:/x", "y"], ["doctor"], ["dashboard", "--once"]]; // prettier-ignore
const program = process.env.TOOL_BIN
  ? [process.env.TOOL_BIN]
  : [process.execPath, `${import.meta.dir}/../../src/main.ts`];

/** Rows of another version, or damaged ones: no command ends with an internal error. */
export async function fuzzLedger(random: Random, isOver: () => boolean): Promise<number> {
  const home = realpathSync(mkdtempSync(`${tmpdir()}/bottle-fuzz-`));
  try {
    mkdirSync(`${home}/project`);
    // No engine of this machine is asked.
    const env = { HOME: home, PATH: `${home}/no-programs`, TZ: "UTC", TERM: "dumb" };
    const system = realSystem(env);
    new Ledger(system)[Symbol.dispose]();
    using db = new Database(`${home}/.local/state/claude-bottle/ledger.db`);
    let rounds = 0;
    for (; !isOver(); rounds += 1) {
      spoil(db, random, `${home}/project`);
      readAll(system);
      if (rounds % 20 === 0) await runOne(random.of(commands), { cwd: `${home}/project`, env });
    }
    return rounds;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function readAll(system: ReturnType<typeof realSystem>): void {
  try {
    using ledger = new Ledger(system);
    for (const { plan } of ledger.bottles()) {
      ledger.bottle(plan.name);
      ledger.sessions(plan.name);
      ledger.pastSessions(plan.name);
      ledger.events(plan.name);
    }
    ledger.sessions();
    ledger.lastUses();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

async function runOne(words: readonly string[], options: { cwd: string; env: Record<string, string> }): Promise<void> {
  const child = Bun.spawn([...program, ...words], { ...options, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [stderr, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (code === 70 || stderr.includes("internal error"))
    throw new Error(`${words.join(" ")} ended with ${code}: ${stderr}`);
}

const plan = (directory: string, backend: string) =>
  JSON.stringify({ name: "cb-a-0", backend, directory, image: "debian", cpus: 2, memoryMiB: 4096, user: { name: "a", uid: 1, gid: 1, home: "/home/a" }, mounts: [{ source: "/a", target: "/a", mode: "rw" }], network: { mode: "allow", hosts: ["a.org"] }, credentials: [{ variable: "KEY", host: "a.org" }], provisioned: ["x"] }); // prettier-ignore

function spoil(db: Database, random: Random, directory: string): void {
  db.run("delete from bottles");
  db.run("delete from sessions");
  const backend = random.of(["smolvm", "podman", "docker", "bubblewrap", "kubernetes", "landlock", "other", "__proto__"]);
  const text = () => (random.chance(0.5) ? random.spoiled("cb-a-0") : random.of(["", "cb-a-0", "\0", "../x", "constructor"]));
  const number = () => random.of([0, 1, -1, 2 ** 31, Number.MAX_SAFE_INTEGER, process.pid]);
  db.query("insert or replace into bottles (name, directory, plan, made_at, machine_pid, machine_started, written_by) values (?, ?, ?, ?, ?, ?, ?)").run(
    random.chance(0.7) ? "cb-a-0" : text(),
    random.chance(0.7) ? directory : text(),
    random.chance(0.2) ? plan(directory, backend) : random.spoiled(plan(directory, backend)),
    number(), random.chance(0.5) ? number() : null, random.chance(0.5) ? text() : null, random.chance(0.5) ? version : null,
  );
  for (let session = random.below(3); session > 0; session -= 1)
    db.query("insert or replace into sessions (id, bottle, kind, directory, pid, started, started_at, ended_at, code, pane, terminal, traps, conversation) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").run(
      text(), "cb-a-0", random.of(["agent", "shell", "exec", "attach", text()]), text(), number(), text(), number(),
      random.chance(0.5) ? number() : null, random.chance(0.5) ? number() : null, random.chance(0.3) ? text() : null,
      random.chance(0.3) ? text() : null, random.chance(0.5) ? random.spoiled('{".git/config":"x"}') : null, random.chance(0.3) ? text() : null,
    );
} // prettier-ignore
