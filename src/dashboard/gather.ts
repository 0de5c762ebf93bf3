import { listSessions, type Session } from "../activity/sessions.ts";
import { deniedHosts } from "../inventory/denied.ts";
import { listBottles } from "../inventory/inventory.ts";
import { Ledger } from "../ledger/ledger.ts";
import { Mutes } from "../ledger/mutes.ts";
import { changesOf } from "../project/changes.ts";
import { isAlive } from "../system/process.ts";
import type { System } from "../system/system.ts";
import { usedBy } from "../system/usage.ts";
import type { BottleFacts, Changes, DeniedHost, Usage, World } from "./rows.ts";

export const emptyWorld: World = {
  now: 0,
  bottles: [],
  sessions: [],
  denied: new Map(),
  changes: new Map(),
  usage: new Map(),
};

const networks: Readonly<Record<string, string>> = { list: "allowlist", open: "open network", off: "no network" };

/** The bottles in the ledger, without waiting. Only their backends know whether they run. */
export function recordedBottles(ledger: Ledger): BottleFacts[] {
  const uses = ledger.lastUses();
  return ledger.bottles().map(({ plan, machine }) => ({
    name: plan.name,
    directory: plan.directory,
    givenName: plan.givenName,
    backend: plan.backend,
    network: networks[plan.network.mode] ?? plan.network.mode,
    state: machine && isAlive(machine) ? "running" : undefined,
    lastUsedAt: uses.get(plan.name),
    size: undefined,
    conversations: undefined,
  }));
}

/** The state of each bottle, from its backend. */
export async function engineStates(system: System): Promise<ReadonlyMap<string, string>> {
  const { bottles } = await listBottles(system);
  return new Map(bottles.map(({ name, state }) => [name, state]));
}

/** Denied hosts by bottle, without those that the user has muted. */
export async function deniedByBottle(system: System): Promise<ReadonlyMap<string, readonly DeniedHost[]>> {
  using ledger = new Ledger(system);
  const mutes = new Mutes(ledger);
  const denied = (await deniedHosts(system)).filter(({ bottle, target }) => !mutes.has(bottle, target));
  return Map.groupBy(denied, ({ bottle }) => bottle);
}

/** One directory at a time: each git uses a whole core. */
export async function changesIn(
  system: System,
  directories: readonly string[],
  onChange: (directory: string, changes: Changes) => void,
): Promise<void> {
  for (const directory of directories) {
    const changes = await changesOf(system, directory);
    if (changes) onChange(directory, changes);
  }
}

/** CPU and memory of each bottle since the last measurement. */
export class UsageMeter {
  #last: { readonly at: number; readonly cpuMs: ReadonlyMap<string, number> } | undefined;

  measure(system: System, ledger: Ledger, sessions: readonly Session[]): ReadonlyMap<string, Usage> {
    const pids = new Map<string, readonly number[]>();
    for (const { plan, machine } of ledger.bottles())
      if (machine && isAlive(machine)) pids.set(plan.name, [machine.pid]);
    for (const { bottle, process } of sessions)
      if (process && !pids.get(bottle)?.includes(process.pid) && !isMachine(ledger, bottle))
        pids.set(bottle, [...(pids.get(bottle) ?? []), process.pid]);
    const used = usedBy([...pids.values()].flat());
    const now = system.now();
    const cpuMs = new Map<string, number>();
    const usage = new Map<string, Usage>();
    for (const [bottle, own] of pids) {
      const parts = own.flatMap((pid) => used.get(pid) ?? []);
      if (parts.length === 0) continue;
      const total = parts.reduce((sum, part) => sum + part.cpuMs, 0);
      cpuMs.set(bottle, total);
      const before = this.#last?.cpuMs.get(bottle);
      const elapsed = now - (this.#last?.at ?? now);
      const cpu = before === undefined || elapsed <= 0 ? undefined : Math.max(0, total - before) / elapsed;
      usage.set(bottle, { cpu, memory: parts.reduce((sum, part) => sum + part.memory, 0) });
    }
    this.#last = { at: now, cpuMs };
    return usage;
  }
}

/** If the machine is a process, its figures include its sessions. */
const isMachine = (ledger: Ledger, bottle: string): boolean => {
  const machine = ledger.bottle(bottle)?.machine;
  return machine !== undefined && isAlive(machine);
};

/** Gathers everything once, for --once and --json. */
export async function gatherOnce(system: System): Promise<World> {
  using ledger = new Ledger(system);
  const recorded = recordedBottles(ledger);
  const [sessions, states, denied] = await Promise.all([
    listSessions(system, ledger, { poll: true }),
    engineStates(system),
    deniedByBottle(system),
  ]);
  const bottles = recorded.map((bottle) => ({ ...bottle, state: states.get(bottle.name) ?? "missing" }));
  const changes = new Map<string, Changes>();
  const directories = [...new Set(sessions.map(({ directory }) => directory))];
  await changesIn(system, directories, (directory, found) => changes.set(directory, found));
  const usage = new UsageMeter().measure(system, ledger, sessions);
  return { now: system.now(), bottles, sessions, denied, changes, usage };
}
