// What a naive screen does not survive: each fault, while the dashboard shows real bubblewrap bottles outside tmux.
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Ledger } from "../../src/ledger/ledger.ts";
import { realSystem } from "../../src/system/real.ts";
import { planOf } from "../bench/listing.ts";
import { kinds } from "../conformance/place.ts";
import { recordingAgent } from "../support/recording-agent.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool, until } from "../support/tool.ts";

const whyNot = kinds.find(({ name }) => name.startsWith("bubblewrap as root"))?.whyNot;
if (whyNot !== undefined) console.log(`faults of the dashboard: skipped, ${whyNot}`);

const calm = { alternate: false, mouse: "none", focus: false, cursor: true } as const;

class Desk extends Home {
  constructor() {
    super();
    this.settings(
      `[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "open"\n[agents.claude]\ncommand = "sh"\nargs = [".agent"]\n`,
    );
    this.manifest("");
    writeFileSync(`${this.project}/.agent`, recordingAgent);
  }

  /** One of our commands on a terminal of its own. */
  open(words: readonly string[], size = { columns: 100, rows: 24 }, env: Record<string, string> = {}): Screen {
    return new Screen([...tool, ...words], { cwd: this.project, env: { ...this.env, ...env }, ...size });
  }

  /** The bottle's ~/.claude/sessions, where the guest writes. */
  get records(): string {
    const [found] = new Bun.Glob("state/claude-bottle/bubblewrap/*/home/.claude/sessions").scanSync({ cwd: this.directory, absolute: true, dot: true, onlyFiles: false });
    if (found === undefined) throw new Error("no records");
    return found;
  } // prettier-ignore
}

/** A home with a session that works, and the dashboard that shows it. */
async function opened(): Promise<{ desk: Desk; work: Screen; screen: Screen } & AsyncDisposable> {
  const desk = new Desk();
  const work = desk.open(["run"]);
  await work.until("ready");
  const screen = desk.open(["dashboard"]);
  await screen.until(/WORKING\s+› project +working/);
  return {
    desk, work, screen,
    async [Symbol.asyncDispose]() {
      for (const one of [screen, work]) await one[Symbol.asyncDispose]();
      desk[Symbol.dispose]();
    },
  };
} // prettier-ignore

test.skipIf(whyNot !== undefined)(
  "records of 100 MB, and records with escape codes in them, neither stop the screen nor reach it",
  async () => {
    await using place = await opened();
    const { desk, screen } = place;
    Bun.spawnSync(["truncate", "-s", "100M", `${desk.records}/7.json`, `${desk.records}/8.json`]);
    const [file = ""] = readdirSync(desk.records).filter((name) => !/^[78]\.json$/.test(name));
    const record = JSON.parse(readFileSync(`${desk.records}/${file}`, "utf8"));
    const hostile = "\x1b[2J\x1b]0;taken\x07\x1b[?1049l\r\nname";
    writeFileSync(`${desk.records}/${file}`, JSON.stringify({ ...record, name: hostile, status: "waiting", waitingFor: hostile }));
    await screen.until(/WAITING\s+› project +permission.*\\x1b\[2J\\x1b\]0;taken/);
    screen.press("e");
    await screen.until(/source +Claude Code's own record/);
    expect(screen.raw).not.toContain("\x1b]0;taken");
    expect(screen.modes.alternate).toBe(true);
  },
  60_000,
); // prettier-ignore

test.skipIf(whyNot !== undefined)(
  "200 resizes, a second dashboard, Claude killed, and the bottle removed under both",
  async () => {
    await using place = await opened();
    const { desk, screen } = place;
    await using second = desk.open(["dashboard"], { columns: 40, rows: 8 });
    await second.until(/› project +working[^]*\? all$/);
    for (let step = 0; step < 200; step += 1) {
      screen.resize(20 + ((step * 37) % 90), 3 + ((step * 11) % 30));
      await Bun.sleep(1);
    }
    screen.resize(90, 20);
    await screen.until(/^ 1 bottle +claude-bottle $[^]*› project +working[^]*\? all$/m);
    expect(screen.text.split("\n").length).toBeLessThanOrEqual(20);
    const agent = await until(() => desk.processes().find(({ words }) => words[0] === "sh" && words[1] === ".agent"));
    process.kill(agent.pid, "SIGKILL");
    for (const one of [screen, second]) await one.until(/QUIET\s+› project/);
    second.press("q");
    expect(await second.process.exited).toBe(0);
    expect((await desk.run(["rm", "--force"])).code).toBe(0);
    await screen.until("no bottles; n starts a session");
    screen.press("q");
    expect(await screen.process.exited).toBe(0);
    expect(screen.modes).toMatchObject(calm);
  },
  60_000,
); // prettier-ignore

test.skipIf(whyNot !== undefined)(
  "a terminal that closes in the middle of a key ends the dashboard, and no session",
  async () => {
    await using place = await opened();
    const { desk, screen, work } = place;
    screen.press("\x1b[");
    screen.close();
    await screen.process.exited;
    await until(() => !desk.processes().some(({ words }) => words.includes("dashboard")));
    expect(work.process.exitCode).toBeNull();
    const { stdout } = await desk.run(["dashboard", "--once"]);
    expect(stdout).toMatch(/WORKING\n {2}project {2}working/);
  },
  60_000,
);

test("two hundred bottles, without colour: the first picture has the last of them one key away", async () => {
  using desk = new Home();
  {
    using ledger = new Ledger(realSystem(desk.env));
    const plans = Array.from({ length: 200 }, (_, at) => planOf(desk, `${desk.directory}/home/p${at}`));
    ledger.database.transaction(() => plans.forEach((plan) => ledger.saveBottle(plan, undefined)))();
  }
  await using screen = new Screen([...tool, "dashboard"], { cwd: desk.project, env: desk.env, columns: 80, rows: 12 });
  await screen.until(/^ 200 bottles/);
  screen.press("G");
  await screen.until("› p99 ");
  screen.press("/p150");
  await screen.until(/^ 200 bottles[^]*› p150 [^]*filter p150/);
  expect(screen.raw).not.toMatch(/\x1b\[[1-9][0-9;]*m/);
  screen.press("\rq");
  expect(await screen.process.exited).toBe(0);
}, 60_000); // prettier-ignore
