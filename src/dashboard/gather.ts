import { listSessions } from "../activity/sessions.ts";
import { deniedHosts } from "../inventory/denied.ts";
import { listBottles } from "../inventory/inventory.ts";
import { UsageMeter } from "../inventory/usage.ts";
import { Ledger } from "../ledger/ledger.ts";
import { Mutes } from "../ledger/mutes.ts";
import { changesOf } from "../project/changes.ts";
import { madeBranches } from "../project/made-worktree.ts";
import { isAlive } from "../system/process.ts";
import type { System } from "../system/system.ts";
import type { BottleFacts, Changes, DeniedHost, World } from "./rows.ts";

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
export function recordedBottles(system: System, ledger: Ledger): BottleFacts[] {
  const branches = madeBranches(system);
  const uses = ledger.lastUses();
  return ledger.bottles().map(({ plan, machine }) => ({
    name: plan.name,
    directory: plan.directory,
    branch: branches.get(plan.directory),
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
export async function engineStates(system: System, ledger: Ledger): Promise<ReadonlyMap<string, string>> {
  const { bottles } = await listBottles(system, [...new Set(ledger.bottles().map(({ plan }) => plan.backend))]);
  return new Map(bottles.map(({ name, state }) => [name, state]));
}

/** Denied hosts by bottle, without those that the bottle may reach now or that the user has muted. */
export async function deniedByBottle(
  system: System,
  names?: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly DeniedHost[]>> {
  using ledger = new Ledger(system);
  const mutes = new Mutes(ledger);
  const denied = (await deniedHosts(system, names)).filter(
    ({ bottle, target, allowed }) => !allowed && !mutes.has(bottle, target),
  );
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

/** Gathers everything once, for --once and --json. */
export async function gatherOnce(system: System): Promise<World> {
  using ledger = new Ledger(system);
  const recorded = recordedBottles(system, ledger);
  const [sessions, states, denied] = await Promise.all([
    listSessions(system, ledger, { poll: true }),
    engineStates(system, ledger),
    deniedByBottle(system),
  ]);
  const bottles = recorded.map((bottle) => ({ ...bottle, state: states.get(bottle.name) ?? "missing" }));
  const changes = new Map<string, Changes>();
  const directories = [...new Set(sessions.map(({ directory }) => directory))];
  await changesIn(system, directories, (directory, found) => changes.set(directory, found));
  const usage = await new UsageMeter().measure(system, ledger, sessions);
  return { now: system.now(), bottles, sessions, denied, changes, usage };
}
