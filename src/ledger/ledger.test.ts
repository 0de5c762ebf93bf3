import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import { identify } from "../system/process.ts";
import { realSystem } from "../system/real.ts";
import type { System } from "../system/system.ts";
import { Attention } from "./attention.ts";
import { Ledger } from "./ledger.ts";

const plan: BottlePlan = {
  name: "cb-shop-0", backend: "smolvm", directory: "/home/ann/it's a shop", image: "debian", cpus: 2, memoryMiB: 4096,
  user: { name: "ann", uid: 1000, gid: 1000, home: "/home/ann" },
  mounts: [],
  network: { mode: "off", hosts: [] }, credentials: [],
}; // prettier-ignore
const session: SessionPlan = {
  id: "00ff", bottle: plan.name, kind: "agent", user: plan.user, directory: plan.directory,
  env: { SECRET_LOOKING: "value" }, secrets: [], command: ["claude"], size: undefined,
}; // prettier-ignore

let directory: string;
let system: System;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/ledger-`);
  system = { ...realSystem({ HOME: directory, XDG_STATE_HOME: directory }), now: () => 1000 };
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a bottle is found again with its plan and its machine, by another process as well", () => {
  {
    using first = new Ledger(system);
    first.saveBottle(plan, identify(process.pid));
  }
  using second = new Ledger(system);
  expect(second.bottle(plan.name)).toEqual({
    plan,
    madeAt: 1000,
    isReady: true,
    machine: { pid: process.pid, started: expect.any(String) },
  });
  expect(second.bottle("cb-other-0")).toBeUndefined();
});

test("saving again keeps when the bottle was made", () => {
  using ledger = new Ledger(system);
  ledger.saveBottle(plan, undefined);
  using later = new Ledger({ ...system, now: () => 9000 });
  later.saveBottle(plan, undefined);
  expect(ledger.bottles()).toEqual([{ plan, madeAt: 1000, isReady: true, machine: undefined }]);
});

test("a session counts while its process lives", () => {
  using ledger = new Ledger(system);
  ledger.saveBottle(plan, undefined);
  ledger.openSession(session);
  expect(ledger.sessions()).toEqual([
    {
      id: "00ff",
      bottle: plan.name,
      kind: "agent",
      directory: plan.directory,
      startedAt: 1000,
      process: { pid: process.pid, started: expect.any(String) },
      pane: undefined,
    },
  ]);
  ledger.closeSession("00ff", 0);
  expect(ledger.sessions(plan.name)).toEqual([]);
});

test("no session opens in a bottle that is taken down, and none is taken down while one runs", () => {
  using ledger = new Ledger(system);
  expect(ledger.openSession(session)).toBe(false);
  ledger.saveBottle(plan, undefined);
  expect(ledger.openSession(session)).toBe(true);
  expect([ledger.takeDown(plan.name), ledger.bottle(plan.name)?.isReady]).toEqual([1, true]);
  ledger.closeSession("00ff", 0);
  expect([ledger.takeDown(plan.name), ledger.bottle(plan.name)?.isReady]).toEqual([0, false]);
  expect(ledger.openSession({ ...session, id: "01ff" })).toBe(false);
  ledger.saveBottle(plan, undefined);
  expect(ledger.openSession({ ...session, id: "01ff" })).toBe(true);
});

test("a session is found by its pane, on that tmux server and on its own terminal only", () => {
  using ledger = new Ledger(system);
  const pane = { id: "%3", server: { pid: 7, started: "boot:1" }, terminal: "/dev/pts/3" };
  ledger.saveBottle(plan, undefined);
  ledger.openSession(session);
  expect(ledger.sessionIn(pane)).toBeUndefined();
  ledger.closeSession("00ff", 0);
  ledger.openSession({ ...session, id: "01ff" }, { pane });
  expect(ledger.sessionIn(pane)?.id).toBe("01ff");
  for (const other of [{ id: "%4" }, { server: { pid: 7, started: "boot:2" } }, { terminal: "/dev/pts/4" }])
    expect(ledger.sessionIn({ ...pane, ...other })).toBeUndefined();
  ledger.closeSession("01ff", 0);
  expect(ledger.sessionIn(pane)).toBeUndefined();
});

test("a ledger of the first version keeps what is in it", () => {
  mkdirSync(`${directory}/claude-bottle`);
  const old = new Database(`${directory}/claude-bottle/ledger.db`, { create: true });
  old.run(`
    create table bottles (name text primary key, directory text not null, plan text not null, made_at integer not null,
      machine_pid integer, machine_started text) strict;
    create table sessions (id text primary key, bottle text not null, kind text not null, directory text not null,
      pid integer not null, started text not null, started_at integer not null, ended_at integer, code integer) strict;
    create table events (at integer not null, bottle text not null, what text not null) strict;
    pragma user_version = 1`);
  const started = identify(process.pid)?.started ?? "";
  old.run("insert into sessions values ('0a', 'cb-shop-0', 'shell', '/shop', ?, ?, 5, null, null)", [
    process.pid,
    started,
  ]);
  old.close();
  using ledger = new Ledger(system);
  expect(ledger.sessions()).toEqual([
    {
      id: "0a",
      bottle: "cb-shop-0",
      kind: "shell",
      directory: "/shop",
      startedAt: 5,
      process: { pid: process.pid, started },
      pane: undefined,
    },
  ]);
});

test("of many sessions the newest are kept, and what git obeyed is forgotten with the end", () => {
  using ledger = new Ledger(system);
  ledger.saveBottle(plan, undefined);
  const kinds = ["exec", "agent"] as const;
  for (let number = 0; number < 600; number += 1) {
    const id = `${number}`.padStart(4, "0");
    ledger.openSession({ ...session, id, kind: kinds[number % 2] ?? "exec" }, { traps: "{}" });
    expect(ledger.closeSession(id, 0)).toMatchObject({ traps: "{}" });
  }
  const past = ledger.pastSessions(plan.name);
  const count = (kind: string) => past.filter((one) => one.kind === kind).length;
  // Pruned now and then, so some more may be there.
  expect([count("exec") >= 200 && count("exec") < 232, count("agent")]).toEqual([true, 300]);
  expect(ledger.database.query("select count(traps) as traps from sessions").get()).toEqual({ traps: 0 });
  expect(ledger.lastUses().get(plan.name)).toBe(1000);
});

test.each<[string, string, object | undefined]>([
  ["without keys that are newer", JSON.stringify({ name: "cb-shop-0", backend: "smolvm", directory: "/shop", user: plan.user }),
    { cpus: 2, mounts: [], network: { mode: "off", hosts: [] }, credentials: [] }],
  ["with a key of another form", JSON.stringify({ ...plan, git: { name: "Ann", email: "a@example" }, provisioned: "all" }),
    { mounts: [], network: plan.network }],
  ["that knows more than we do", JSON.stringify({ ...plan, later: 1 }), { later: 1 }],
  ["without a name", JSON.stringify({ ...plan, name: undefined }), undefined],
  ["cut short", JSON.stringify(plan).slice(0, 40), undefined],
  ["that is no object", "[]", undefined],
])("a row of another version, %s", (_, stored, expected) => {
  using ledger = new Ledger(system);
  ledger.saveBottle(plan, undefined);
  ledger.database.query("update bottles set plan = ?, written_by = 'another'").run(stored);
  const record = ledger.bottle(plan.name);
  if (expected === undefined) expect(record).toBeUndefined();
  else expect(record?.plan).toMatchObject(expected);
  expect(record?.plan).not.toHaveProperty("git");
  expect(ledger.bottles()).toHaveLength(expected === undefined ? 0 : 1);
}); // prettier-ignore

test.each([
  "{",
  "null",
  "[]",
  "5",
  "{}",
  JSON.stringify({ ...plan, user: undefined }),
  JSON.stringify({ ...plan, name: 1 }),
])("a damaged row of this version, %s, is one of a bottle that we do not know", (stored) => {
  using ledger = new Ledger(system);
  ledger.saveBottle(plan, undefined);
  ledger.database.query("update bottles set plan = ?").run(stored);
  expect([ledger.bottle(plan.name), ledger.bottles()]).toEqual([undefined, []]);
});

test("forgetting a bottle forgets its sessions", () => {
  using ledger = new Ledger(system);
  ledger.saveBottle(plan, undefined);
  ledger.openSession(session);
  ledger.forgetBottle(plan.name);
  expect([ledger.bottles(), ledger.sessions()]).toEqual([[], []]);
});

test("the environment of a session is not written down", async () => {
  {
    using ledger = new Ledger(system);
    ledger.saveBottle(plan, undefined);
    ledger.openSession(session);
  }
  const files = [...new Bun.Glob("**/*").scanSync({ cwd: directory })];
  const bytes = await Promise.all(files.map((file) => Bun.file(`${directory}/${file}`).text()));
  expect(bytes.join("")).toContain("cb-shop-0");
  expect(bytes.join("")).not.toContain("SECRET_LOOKING");
});

test("many processes may be the first at once", async () => {
  const script = `import { Ledger } from "${import.meta.dir}/ledger.ts"; import { identify } from "../system/process.ts";
import { realSystem } from "${import.meta.dir}/../system/real.ts";
    while (Date.now() < ${Date.now() + 1000}); new Ledger(realSystem({ HOME: "${directory}", XDG_STATE_HOME: "${directory}" })).note("cb-a", "opened");`;
  const all = Array.from({ length: 8 }, () => Bun.spawn([process.execPath, "-e", script], { stderr: "pipe" }));
  const said = await Promise.all(all.map((child) => new Response(child.stderr).text()));
  expect(said.join("")).toBe("");
}, 20_000);

test("a damaged ledger is one clear line", () => {
  const file = `${directory}/claude-bottle/ledger.db`;
  new Ledger(system)[Symbol.dispose]();
  for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
  writeFileSync(file, "not a database, whatever it is called");
  expect(() => new Ledger(system)).toThrow(`"${file}" is damaged`);
});

test("a state directory that cannot be made is one clear line", () => {
  writeFileSync(`${directory}/claude-bottle`, "in the way");
  expect(() => new Ledger(system)).toThrow(`cannot write to "${directory}/claude-bottle": EEXIST`);
});

test("100,000 sessions that have ended are not read one by one, by what each command asks", async () => {
  using ledger = new Ledger(system);
  ledger.saveBottle(plan, undefined);
  const db = ledger.database;
  const asked: string[] = [];
  const query = db.query.bind(db);
  db.query = ((sql: string) => (asked.push(sql), query(sql))) as typeof db.query;
  const attention = new Attention(ledger);
  ledger.lastUses();
  ledger.openSession(session);
  attention.worked();
  attention.endedSince(0);
  attention.endedSince(0, plan.name);
  ledger.sessions();
  ledger.sessions(plan.name);
  ledger.closeSession(session.id, 0);
  const steps = asked.flatMap((sql) => query<{ detail: string }, []>(`explain query plan ${sql}`).all());
  expect(
    steps.map(({ detail }) => detail).filter((detail) => /SCAN sessions(?! USING INDEX open_sessions)/.test(detail)),
  ).toEqual([]);
});
