import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { Ledger } from "../../src/ledger/ledger.ts";
import { realSystem } from "../../src/system/real.ts";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { recordingAgent } from "../support/recording-agent.ts";
import { Screen } from "../support/screen.ts";
import { Home } from "../support/tool.ts";
import { binary } from "../support/binary.ts";
import { freshBinaries } from "./binaries.ts";
import { planOf } from "./listing.ts";
import { inPairs, median } from "./pairs.ts";
import { markdown, mib, ms, row, type Row } from "./row.ts";
import { succeed } from "./stub.ts";

const [bottles, live] = [20, 5];
const settledMs = 3_000;
const idleMs = 20_000;
const updatingMs = 10_000;

type Options = { readonly program: string; readonly empty: string; readonly idle: string; readonly rounds: number };

/** The dashboard of twenty bottles, five of which have a session that works. */
export async function dashboardTimes({ program, empty, idle, rounds }: Options): Promise<Row[]> {
  const what = `dashboard of ${bottles} bottles`;
  if (whyNoBubblewrap !== undefined) return [row({ what, ours: "-", against: whyNoBubblewrap, value: undefined, unit: " ms" })];
  await using desk = await Desk.open(program);
  const picture = await inPairs(rounds, () => firstPicture(desk), () => succeed([empty], desk.home)); // prettier-ignore
  await using screen = desk.dashboard();
  await using alone = new Screen([idle], { cwd: desk.home.project, env: desk.home.env });
  await screen.until(/WORKING/);
  const key = await keyTimes(screen, rounds);
  const rise = await riseTimes(desk, screen, Math.min(rounds, 15));
  await Bun.sleep(settledMs);
  const [atRest, updated] = [await cpuShare(screen, idleMs), await cpuShare(screen, updatingMs, () => desk.change())];
  const [own, least] = [privateKiB(screen.process.pid), privateKiB(alone.process.pid)];
  const updates = `in ${updatingMs / 1000} s of 4 changes a second`;
  return [
    row({ what: `${what}: first picture`, ours: ms(picture.ours), against: `an empty Bun program ${ms(picture.other)}`, value: picture.ours, unit: " ms in all", bound: 60 }),
    row({ what: "a key of the dashboard, until its first byte", ours: ms(key), against: "-", value: key, unit: " ms in all", bound: 5 }),
    row({ what: "a session's record, until the dashboard shows that it waits", ours: ms(rise), against: "-", value: rise, unit: " ms in all", bound: 150 }),
    row({ what: `dashboard at rest, ${live} sessions`, ours: percent(atRest), against: `of a core, in ${idleMs / 1000} s`, value: atRest, unit: " %", bound: 0.5 }),
    row({ what: "dashboard, updated", ours: percent(updated), against: updates, value: updated, unit: " %", bound: 1 }),
    row({ what: "private memory of the dashboard", ours: mib(own), against: `empty idle Bun binary ${mib(least)}`, value: own / least, unit: "x", bound: 1.5 }),
  ];
} // prettier-ignore

const percent = (value: number) => `${value.toFixed(2)} %`;

/** Bubblewrap bottles of projects side by side; those with a session run an agent that has written its record. */
class Desk implements AsyncDisposable {
  readonly home = new Home();
  readonly #program: string;
  readonly #sessions: { readonly screen: Screen; readonly record: string }[] = [];
  #changes = 0;

  private constructor(program: string) {
    this.#program = program;
  }

  static async open(program: string): Promise<Desk> {
    const desk = new Desk(program);
    const { home } = desk;
    home.settings('[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "open"\n[agents.claude]\ncommand = "sh"\nargs = [".agent"]\n');
    const projects = Array.from({ length: bottles }, (_, at) => `${home.directory}/home/project-${at}`);
    {
      using ledger = new Ledger(realSystem(home.env));
      for (const directory of projects.slice(live)) ledger.saveBottle({ ...planOf(home, directory), backend: "bubblewrap" }, undefined);
    }
    for (const cwd of projects.slice(0, live)) {
      mkdirSync(cwd);
      writeFileSync(`${cwd}/.agent`, recordingAgent);
      const screen = new Screen([program, "run"], { cwd, env: home.env });
      await screen.until("ready");
      const records = new Bun.Glob(`state/claude-bottle/bubblewrap/cb-${basename(cwd)}-*/home/.claude/sessions/*.json`);
      const [record = ""] = records.scanSync({ cwd: home.directory, absolute: true, dot: true });
      desk.#sessions.push({ screen, record });
    }
    return desk;
  } // prettier-ignore

  dashboard(): Screen {
    return new Screen([this.#program, "dashboard"], { cwd: this.home.project, env: this.home.env, columns: 100, rows: 30 });
  } // prettier-ignore

  /** The next session's record: from work to a question, or back. */
  change(): "busy" | "waiting" {
    const { record } = this.#sessions[Math.floor(this.#changes++ / 2) % live]!;
    const old = JSON.parse(readFileSync(record, "utf8"));
    const status = old.status === "busy" ? "waiting" : "busy";
    writeFileSync(`${record}.new`, JSON.stringify({ ...old, status, waitingFor: "input needed", statusUpdatedAt: Date.now() }));
    renameSync(`${record}.new`, record);
    return status;
  } // prettier-ignore

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { screen } of this.#sessions) await screen[Symbol.asyncDispose]();
    this.home[Symbol.dispose]();
  }
}

async function firstPicture(desk: Desk): Promise<() => Promise<void>> {
  const screen = desk.dashboard();
  await soon(
    () => screen.raw.includes(`${bottles} bottles`),
    () => screen.text,
  );
  return () => screen[Symbol.asyncDispose]();
}

async function keyTimes(screen: Screen, rounds: number): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await Bun.sleep(50);
    screen.raw = "";
    const start = performance.now();
    screen.press(round % 2 === 0 ? "j" : "k");
    await soon(
      () => screen.raw !== "",
      () => screen.text,
    );
    took.push(performance.now() - start);
  }
  return median(took);
}

async function riseTimes(desk: Desk, screen: Screen, rounds: number): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    screen.raw = "";
    const start = performance.now();
    desk.change();
    await soon(
      () => screen.raw.includes("1 waiting"),
      () => screen.text,
    );
    took.push(performance.now() - start);
    screen.raw = "";
    desk.change();
    await soon(
      () => /20 bottles {2}/.test(screen.raw),
      () => screen.text,
    );
    // The dashboard is at rest again.
    await Bun.sleep(300);
  }
  return median(took);
}

/** Of one core, in percent, by the kernel's own clock of each thread. */
async function cpuShare(screen: Screen, forMs: number, change?: () => void): Promise<number> {
  const before = usedNs(screen.process.pid);
  const start = performance.now();
  while (performance.now() - start < forMs) {
    change?.();
    await Bun.sleep(250);
  }
  return ((usedNs(screen.process.pid) - before) / 1e6 / (performance.now() - start)) * 100;
}

const usedNs = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]), 0); // prettier-ignore

const privateKiB = (pid: number): number =>
  [...readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].reduce((sum, [, kib]) => sum + Number(kib), 0); // prettier-ignore

async function soon(check: () => boolean, describe: () => string, limitMs = 20_000): Promise<void> {
  for (const end = performance.now() + limitMs; !check(); await Bun.sleep(0.2))
    if (performance.now() > end) throw new Error(`still waiting after ${limitMs} ms:\n${describe()}`);
}

if (import.meta.main) {
  using binaries = await freshBinaries({ program: await binary() });
  console.log(markdown(await dashboardTimes({ ...binaries, rounds: Number(process.argv[2] ?? 20) })));
}
