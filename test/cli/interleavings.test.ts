// Commands of several terminals on one bottle at once, in an order that a seed decides. Afterwards `ls`, the ledger and the process table
// agree, and every command has told the truth. CI runs a few; INTERLEAVINGS=200 runs as many as that, INTERLEAVING=SEED one of them.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Home, isRunning, type Outcome, until } from "../support/tool.ts";

const { INTERLEAVINGS: count = "8", INTERLEAVING: only } = process.env;
const seeds = only === undefined ? Array.from({ length: Number(count) }, (_, index) => index + 1) : [Number(only)];
const atOnce = 6;

/** mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Command = { readonly words: readonly string[]; readonly check: (said: Outcome, all: readonly Said[]) => void };
type Said = { readonly words: readonly string[]; readonly outcome: Outcome };

const removedAny = (all: readonly Said[]) =>
  all.some(({ words, outcome }) => words[0] === "rm" && outcome.stderr.includes("removed bottle"));
const forcedAny = (all: readonly Said[]) =>
  all.some(({ words, outcome }) => words.includes("--force") && /(removed|stopped) bottle/.test(outcome.stderr));

/** What may be done, and what it may say about it. */
const commands: readonly ((home: Home, number: number) => Command)[] = [
  (home, number) => session(home, number, ["exec", "--", "sh", "-c", `echo ran ${number}; echo x >ran-${number}; sleep 0.1`]),
  (home, number) => session(home, number, ["run", "--", "-c", `echo ran ${number}; echo x >ran-${number}`]),
  (home, number) => session(home, number, ["exec", "--", "sh", "-c", `echo ran ${number}; echo x >ran-${number}; sleep 1`]),
  (home, number) => ({
    words: ["allow", `host-${number}.example`],
    check({ stderr, code }, all) {
      const isThere = /may reach/.test(stderr);
      expect([isThere, code]).toEqual(/no bottle/.test(stderr) ? [false, 1] : [true, 0]);
      const plan = recordOf(home)?.plan;
      if (isThere && plan && !removedAny(all)) expect(plan.network.hosts).toContain(`host-${number}.example`);
    },
  }),
  ending("stop"),
  ending("rm"),
  ending("stop", "--force"),
  ending("rm", "--force"),
  () => ({ words: ["gc", "--yes"], check: ({ code }) => expect(code).toBeLessThanOrEqual(1) }),
]; // prettier-ignore

function session(home: Home, number: number, words: readonly string[]): Command {
  return {
    words,
    check({ stdout, stderr, code }, all) {
      const ran = existsSync(`${home.project}/ran-${number}`);
      // One that was ended by force says so by its status.
      if (code === 0) expect([ran, stdout]).toEqual([true, `ran ${number}\n`]);
      else expect([forcedAny(all), stderr]).toEqual([true, expect.any(String)]);
    },
  };
}

function ending(...words: string[]): () => Command {
  return () => ({
    words,
    check({ stderr, code }) {
      if (code === 0) expect(stderr).toMatch(/no bottle|(removed|stopped) bottle/);
      else
        expect([words.length, stderr]).toEqual([1, expect.stringMatching(/running session|only (exists? )?in bottle/)]);
    },
  });
}

type Plan = { name: string; network: { hosts: string[] } };
function recordOf(home: Home): { plan: Plan; ready: number; machine_pid: number | null } | undefined {
  using db = new Database(`${home.directory}/state/claude-bottle/ledger.db`);
  const row = db.query<{ plan: string; ready: number; machine_pid: number | null }, []>("select * from bottles").get();
  return row ? { ...row, plan: JSON.parse(row.plan) } : undefined;
}
function openSessions(home: Home): unknown[] {
  using db = new Database(`${home.directory}/state/claude-bottle/ledger.db`);
  return db.query("select id from sessions where ended_at is null").all();
}

/** The host process of the bottle's namespaces, by the process table. */
const holders = (home: Home): number[] =>
  readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      const isHolder = words.some((word) => word === "claude-bottle-holder") && words.some((word) => word.startsWith(home.directory));
      return isHolder && !words[0]?.endsWith("bwrap") && isRunning(Number(entry)) ? [Number(entry)] : [];
    } catch {
      return [];
    }
  }); // prettier-ignore

async function agrees(home: Home): Promise<void> {
  const listed: { name: string; state: string; sessions: { state: string }[] }[] = JSON.parse(
    (await home.run(["ls", "--json"])).stdout,
  );
  const record = recordOf(home);
  const state = listed[0]?.state ?? "none";
  expect([listed.length, record === undefined]).toEqual(state === "none" ? [0, true] : [1, false]);
  expect(listed.flatMap(({ sessions }) => sessions).filter((one) => !/^(ended|failed)$/.test(one.state))).toEqual([]);
  expect([state, holders(home).length]).toEqual([state, state === "running" ? 1 : 0]);
  if (state === "running") expect(record?.ready).toBe(1);
  const directories = `${home.directory}/state/claude-bottle/bubblewrap`;
  expect(existsSync(directories) ? readdirSync(directories) : []).toHaveLength(state === "none" ? 0 : 1);
}

test.skipIf(!Bun.which("bwrap")).each(seeds)(
  "interleaving %i",
  async (seed) => {
    using home = new Home();
    const random = randomOf(seed);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
    home.manifest('[bottle]\nbackend = "bubblewrap"\nagent = "plain"\n[agents.plain]\ncommand = "sh"\n');
    const { hash } = JSON.parse((await home.run(["trust", "--json"])).stdout) as { hash?: string };
    if (hash !== undefined) await home.run(["trust", "--accept", hash]);
    if (random() < 0.5) expect((await home.run(["exec", "--", "true"])).code).toBe(0);
    const chosen = Array.from({ length: atOnce }, (_, number) => pick(commands)(home, number));
    const said = await Promise.all(
      chosen.map(async ({ words }): Promise<Said> => {
        await Bun.sleep(random() * 400);
        return { words, outcome: await home.run(words) };
      }),
    );
    try {
      await until(() => openSessions(home).length === 0);
      chosen.forEach(({ check }, index) => check((said[index] as Said).outcome, said));
      await agrees(home);
    } catch (error) {
      const story = said.map(({ words, outcome }) => `${words.join(" ")}\n${JSON.stringify(outcome)}`).join("\n");
      throw new Error(`seed ${seed}\n${story}\n${error}`, { cause: error });
    } finally {
      await home.run(["rm", "--force"]);
    }
  },
  60_000,
);
