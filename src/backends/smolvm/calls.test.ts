import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import type { BottlePlan } from "../../plan/plan.ts";
import { programsAtOnce } from "../../lib/pool.ts";
import { realSystem } from "../../system/real.ts";
import type { Run, System } from "../../system/system.ts";
import { Client } from "./client.ts";
import { smolvm } from "./index.ts";

// The clock moves only while somebody sleeps, so each loop that asks without a pause would never end: the stand-in stops it.
const mostCalls = 400;
let clock = 0;
let sleeping: { mockRestore(): void };

beforeEach(() => {
  clock = 0;
  sleeping = spyOn(Bun, "sleep").mockImplementation(async (ms) => void (clock += Number(ms)));
});
afterEach(() => sleeping.mockRestore());

/** A smolvm that gives its answers one after another, and the last one from then on. */
function standIn(...answers: readonly Partial<Run>[]) {
  const calls: string[] = [];
  const run = async (argv: readonly string[]): Promise<Run> => {
    if (calls.length === mostCalls) throw new Error(`${mostCalls} calls without a pause`);
    const answer = answers[Math.min(calls.length, answers.length - 1)];
    calls.push(argv.slice(1).join(" "));
    return { code: 0, stdout: "", stderr: "", signal: undefined, timedOut: false, ...answer };
  };
  const system: System = { ...realSystem({}), run, which: () => "/opt/smolvm", now: () => clock };
  return { system, calls };
}

const notRunning = { code: 1, stderr: "Error: machine 'm' is not running" };

test("a first exec is tried again after a pause, until the machine takes it", async () => {
  const { system, calls } = standIn(notRunning, notRunning, { stdout: "here" });
  const { stdout } = await new Client(system).execFirst("set up bottle m", ["machine", "exec"]);
  expect({ stdout, clock, calls: calls.length }).toEqual({ stdout: "here", clock: 200, calls: 3 });
});

test("a machine that never takes an exec is asked ten times a second, and given up after half a minute", async () => {
  const { system, calls } = standIn(notRunning);
  await expect(new Client(system).execFirst("set up bottle m", ["machine", "exec"])).rejects.toThrow("is not running");
  expect({ clock, calls: calls.length }).toEqual({ clock: 30_100, calls: 302 });
});

test("any other failure of a first exec is told at once", async () => {
  const { system, calls } = standIn({ code: 1, stderr: "Error: no such user" });
  await expect(new Client(system).execFirst("set up bottle m", ["machine", "exec"])).rejects.toThrow("no such user");
  expect({ clock, calls: calls.length }).toEqual({ clock: 0, calls: 1 });
});

const plan: BottlePlan = {
  name: "m",
  backend: "smolvm",
  directory: "/home/ann/shop",
  image: "debian",
  cpus: 2,
  memoryMiB: 4096,
  user: { name: "ann", uid: 1000, gid: 100, home: "/home/ann" },
  mounts: [],
  network: { mode: "off", hosts: [] },
  credentials: [],
};
const status = (state: string) => ({ stdout: JSON.stringify({ name: "m", state, pid: null }) });

test("a machine that is out of reach is looked at again after a pause, until its state is settled", async () => {
  const { system, calls } = standIn(status("unreachable"), status("unreachable"), status("stopped"));
  const inside = await smolvm(system).inside?.(plan);
  expect({ inside, clock, calls: calls.length }).toEqual({ inside: undefined, clock: 200, calls: 3 });
});

test("of many machines a few are asked at once for their size", async () => {
  let [running, most] = [0, 0];
  const run = async (argv: readonly string[]): Promise<Run> => {
    most = Math.max(most, (running += 1));
    await new Promise<void>((resolve) => void setImmediate(resolve));
    running -= 1;
    const stdout = argv[0] === "du" ? "" : `/disks/${argv.at(-1)}`;
    return { code: 0, stdout, stderr: "", signal: undefined, timedOut: false };
  };
  const names = Array.from({ length: 200 }, (_, at) => `m${at}`);
  const sizes = await smolvm({ ...standIn({}).system, run }).diskUse?.(names);
  expect({ sizes: sizes?.size, most }).toEqual({ sizes: 200, most: programsAtOnce });
});
