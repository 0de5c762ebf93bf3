// Kills at random moments: no process of a session is left, nothing that was written is lost, and the ledger says what is so.
// KILLS sets how many on each backend, SEED which.
import { afterAll, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { childrenOf, isRunning, until } from "../support/tool.ts";
import { downAll, kinds, type Place } from "./place.ts";

const minute = 60_000;
const kills = Number(process.env.KILLS ?? 5);
afterAll(downAll, minute);

/** Mulberry32: the same numbers for the same seed. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** The client of the backend, or ourselves. */
function victim(pid: number, deep: boolean): number {
  const [child] = isRunning(pid) ? childrenOf(pid) : [];
  return deep && child !== undefined ? child : pid;
}

const chosen = kinds.filter(({ name }) => name === "bubblewrap as root" || name === "podman");
for (const { name, whyNot } of chosen) if (whyNot) console.log(`kills on ${name} skipped: ${whyNot}`);

test.each(chosen.map((kind) => [kind.name, kind] as const))(
  "%s: random kills leave nothing and lose nothing",
  async (_, kind) => {
    if (kind.whyNot) return;
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
    console.log(`SEED=${seed}`);
    const random = numbers(seed);
    const open = await kind.up();
    await using place = await open("");
    await place.sh("claude-bottle exec -- true");
    for (let round = 1; round <= kills; round += 1) await kill(place, round, random);
    const { stdout } = await place.sh("claude-bottle exec -- sh -c 'cat written | wc -l'; claude-bottle stop");
    expect(Number(stdout)).toBe(kills);
  },
  (2 + kills / 4) * minute,
);

async function kill(place: Place, round: number, random: (limit: number) => number): Promise<void> {
  const mark = `mark-${process.pid}-${round}`;
  const command = `echo ${round} >>written; exec sh -c 'while :; do sleep 0.05; done' ${mark}`;
  const screen = place.terminal?.(`exec claude-bottle shell -- sh -c ${JSON.stringify(command)}`);
  if (screen === undefined) throw new Error("no terminal");
  await using _ = screen;
  const started = async () => (await place.sh("cat written 2>/dev/null")).stdout.split("\n").includes(String(round));
  await until(started, () => screen.text, minute);
  await Bun.sleep(random(300));
  const signal = (["SIGKILL", "SIGTERM", "SIGHUP", "close"] as const)[random(4)] ?? "close";
  if (signal === "close") screen.close();
  else process.kill(victim(screen.process.pid, random(2) === 1), signal);
  const what = `round ${round}, ${signal}`;
  await until(() => !isThere(mark), () => `${what}: a process is left`, minute); // prettier-ignore
  const sessions = async () => {
    const bottles = JSON.parse((await place.sh("claude-bottle ls --json")).stdout) as { sessions: unknown[]; directory: string }[]; // prettier-ignore
    return bottles.filter(({ directory }) => directory.startsWith("~")).every((bottle) => bottle.sessions.length === 0);
  };
  await until(sessions, () => `${what}: the ledger has a session`, minute);
}

/** By Linux alone, in every namespace. */
const isThere = (mark: string): boolean =>
  readdirSync("/proc").some((name) => {
    try {
      return (
        /^\d+$/.test(name) && isRunning(Number(name)) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(mark)
      );
    } catch {
      return false;
    }
  });
