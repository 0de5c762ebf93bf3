import type { Backend, Machine } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger, type SessionRecord } from "../ledger/ledger.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { madeBranches } from "../project/made-worktree.ts";
import { exists } from "../system/files.ts";
import type { System } from "../system/system.ts";
import * as messages from "./messages.ts";

/** A bottle as it is now: the backend's answer with the ledger's facts. */
export type Bottle = {
  readonly name: string;
  readonly backend: string;
  /** What isolates it. For a pod, its runtime class if it has one. */
  readonly isolation: string;
  /** "missing": in the ledger but not at the backend. "unknown": the backend does not answer. */
  readonly state: Machine["state"] | "missing" | "unknown";
  readonly directory: string;
  /** The branch, if the directory is a worktree that `run --worktree` created. */
  readonly branch: string | undefined;
  /** Its project is a copy on another machine. */
  readonly copied: boolean;
  readonly madeAt: number | undefined;
  /** When its last session ended. */
  readonly lastUsedAt: number | undefined;
  readonly sessions: readonly SessionRecord[];
  readonly why: string;
};

/** The backends that hold bottles of ours; all backends if the ledger is empty, because it may be new. */
export function backendsInUse(ledger: Ledger): readonly string[] {
  const used = new Set(ledger.bottles().map(({ plan }) => plan.backend));
  return used.size === 0 ? backendNames : [...used];
}

/** All bottles of this user at these backends. `complaints` name the backends that have some of them and did not answer. */
export async function listBottles(
  system: System,
  backends: readonly string[] = backendNames,
): Promise<{ bottles: Bottle[]; complaints: string[] }> {
  const complaints: string[] = [];
  // The backends work while we read the ledger. They are awaited together, because an interrupt fails all of them.
  const asked = Promise.all(
    backends.map(async (name) => {
      const backend = await backendOf(system, name);
      return { backend: name, isolation: backend.capabilities.isolation, ...(await machinesOf(backend)) };
    }),
  );
  using ledger = new Ledger(system);
  const records = ledger.bottles();
  const sessions = Map.groupBy(ledger.sessions(), ({ bottle }) => bottle);
  const lastUses = ledger.lastUses();
  const branches = madeBranches(system);
  const bottles: Bottle[] = [];
  const add = (bottle: Omit<Bottle, "why" | "branch">) =>
    bottles.push({ ...bottle, branch: branches.get(bottle.directory), why: whyKept(bottle, system.now()) });
  for (const { backend, isolation, machines, complaint } of await asked) {
    const own = records.filter(({ plan }) => plan.backend === backend);
    // A backend without bottles of ours need not answer.
    if (complaint !== undefined && own.length > 0) complaints.push(complaint);
    const found = new Map(machines?.map((machine) => [machine.name, machine]));
    for (const { plan, madeAt } of own) {
      const state = machines ? (found.get(plan.name)?.state ?? (await missingState(system, plan))) : "unknown";
      add({
        name: plan.name,
        backend,
        isolation: plan.kubernetes?.["runtime-class"] ?? isolation,
        state,
        directory: plan.directory,
        copied: plan.copied ?? false,
        madeAt,
        lastUsedAt: lastUses.get(plan.name),
        sessions: sessions.get(plan.name) ?? [],
      });
      found.delete(plan.name);
    }
    for (const { name, state, owner, copied = false } of found.values())
      if (owner && owner.uid === system.user.uid)
        add({ name, backend, isolation, state, directory: owner.directory, copied, madeAt: undefined, lastUsedAt: undefined, sessions: [] }); // prettier-ignore
  }
  return {
    bottles: bottles.sort((a, b) =>
      a.directory < b.directory ? -1 : a.directory > b.directory ? 1 : a.name < b.name ? -1 : 1,
    ),
    complaints,
  };
}

/** An engine knows nothing about another engine's bottles. */
async function missingState(system: System, plan: BottlePlan): Promise<"missing" | "unknown"> {
  try {
    const isOwn = (await (await backendOf(system, plan.backend)).isOwnEngine?.(plan)) ?? true;
    return isOwn ? "missing" : "unknown";
  } catch (error) {
    if (error instanceof UserError) return "unknown";
    throw error;
  }
}

/** Bytes on disk that belong to each bottle alone, by its name, if its backend can tell. */
export async function diskUses(system: System, bottles: readonly Bottle[]): Promise<ReadonlyMap<string, number>> {
  const there = bottles.filter(({ state }) => state !== "missing" && state !== "unknown");
  const found = await Promise.all(
    [...Map.groupBy(there, ({ backend }) => backend)].map(async ([backend, own]) =>
      (await backendOf(system, backend)).diskUse?.(own.map(({ name }) => name)),
    ),
  );
  return new Map(found.flatMap((sizes) => [...(sizes ?? [])]));
}

async function machinesOf(backend: Backend): Promise<{ machines?: Machine[]; complaint?: string }> {
  try {
    return { machines: await backend.list() };
  } catch (error) {
    if (error instanceof UserError) return { complaint: error.message };
    throw error;
  }
}

/** Why the bottle exists, or why `gc` would list it. */
function whyKept(
  { sessions, state, directory, madeAt, lastUsedAt }: Omit<Bottle, "why" | "branch">,
  now: number,
): string {
  if (sessions.length > 0) return messages.hasSessions(sessions.length);
  if (state === "missing") return messages.itsMachineIsGone;
  if (!exists(directory)) return messages.itsDirectoryIsGone;
  if (madeAt === undefined) return messages.notInLedger;
  return messages.lastUsed(lastUsedAt === undefined ? undefined : now - lastUsedAt);
}
