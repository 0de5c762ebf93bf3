import { UserError } from "../errors.ts";
import { type Costs, costsOf } from "../inventory/costs.ts";
import { UsageMeter } from "../inventory/usage.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { System } from "../system/system.ts";
import { changesIn, deniedByBottle, engineStates, recordedBottles } from "./gather.ts";
import type { BottleFacts, World } from "./rows.ts";

// How often to ask for what no file shows.
const enginesMs = 15_000;
const deniedMs = 10_000;
const changesMs = 60_000;
const usageMs = 10_000;
const costsMs = 600_000;
/** How often to check which directories are due. */
const tickMs = 1_000;

export type LooksOptions = {
  readonly system: System;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
  readonly world: () => World;
  readonly change: (part: Partial<World>) => void;
  /** Part of the data is unavailable. */
  readonly fail: (error: unknown) => void;
};

/** Reads what no file shows: engines, denied hosts, git, the process table, disks. Each has its own interval, and none waits for another. */
export class Looks {
  readonly #options: LooksOptions;
  #states: ReadonlyMap<string, string> | undefined;
  /** The ledger's version, which SQLite changes with every write of another process. */
  #version = 0;
  #costs: ReadonlyMap<string, Costs> = new Map();

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  /** The bottles in the ledger, with the last answers of their engines. */
  bottles(): BottleFacts[] {
    const states = this.#states;
    return recordedBottles(this.#options.system, this.#options.ledger).map((bottle) => ({
      ...bottle,
      ...this.#costs.get(bottle.name),
      state: bottle.state ?? (states ? (states.get(bottle.name) ?? "missing") : undefined),
    }));
  }

  /** Called after an action of the user, so that its effect shows at once. */
  async refresh(): Promise<void> {
    const { system, change } = this.#options;
    change({ bottles: this.bottles() });
    await this.#askDenied();
    await this.#askEngines();
  }

  /** Only bottles that run are denied anything more, and some backends start a program for each answer. */
  async #askDenied(): Promise<void> {
    const { system, world, change } = this.#options;
    const { bottles, sessions } = world();
    const running = bottles.filter(({ state }) => state === "running").map(({ name }) => name);
    change({ denied: await deniedByBottle(system, new Set([...running, ...sessions.map(({ bottle }) => bottle)])) });
  }

  async #askEngines(): Promise<void> {
    this.#states = await engineStates(this.#options.system, this.#options.ledger);
    this.#options.change({ bottles: this.bottles() });
  }

  /** Runs until the signal fires. */
  start(): Promise<void>[] {
    const { system, ledger, world, change } = this.#options;
    const meter = new UsageMeter();
    const looked = new Map<string, { readonly at: number; readonly since: number }>();
    return [
      this.#every(enginesMs, () => this.#askEngines()),
      this.#every(tickMs, async () => {
        const { data_version: version } = ledger.database.query("pragma data_version").get() as { data_version: number };
        if (version !== this.#version) change({ bottles: this.bottles() });
        this.#version = version;
      }),
      this.#every(deniedMs, () => this.#askDenied()),
      this.#every(tickMs, async () => {
        const now = system.now();
        const due = dueDirectories(world(), looked, now);
        for (const [directory, since] of due) looked.set(directory, { at: now, since });
        await changesIn(system, [...due.keys()], (directory, changes) => {
          change({ changes: new Map([...world().changes, [directory, changes]]) });
        });
      }),
      this.#every(usageMs, async () => change({ usage: await meter.measure(system, ledger, world().sessions) })),
      this.#every(costsMs, async () => {
        const { bottles, sessions } = world();
        const busy = new Set(sessions.map(({ bottle }) => bottle));
        const idle = bottles.map(({ name }) => name).filter((name) => !busy.has(name));
        this.#costs = await costsOf(system, new Set(idle));
        change({ bottles: this.bottles() });
      }),
    ];
  } // prettier-ignore

  async #every(ms: number, look: () => Promise<void>): Promise<void> {
    const { signal, fail } = this.#options;
    while (!signal.aborted) {
      try {
        await look();
      } catch (error) {
        if (signal.aborted) return;
        fail(error);
        if (!(error instanceof UserError)) return;
      }
      await sleep(ms, signal);
    }
  }
}

/** The directories whose sessions are new or have changed since the last look, and every directory once a minute. */
function dueDirectories(
  { sessions }: World,
  looked: ReadonlyMap<string, { readonly at: number; readonly since: number }>,
  now: number,
): ReadonlyMap<string, number> {
  const due = new Map<string, number>();
  for (const [directory, own] of Map.groupBy(sessions, ({ directory }) => directory)) {
    const since = Math.max(...own.map((session) => session.since));
    const last = looked.get(directory);
    if (last === undefined || last.since !== since || now - last.at >= changesMs) due.set(directory, since);
  }
  return due;
}

export const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
