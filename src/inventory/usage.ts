import type { Session } from "../activity/sessions.ts";
import { backendOf } from "../backends/registry.ts";
import type { BottleRecord, Ledger } from "../ledger/ledger.ts";
import { isSandbox } from "../plan/plan.ts";
import { isAlive } from "../system/process.ts";
import type { System } from "../system/system.ts";
import { usedBy } from "../system/usage.ts";

/** `cpu` is a share of one core since the last measurement; undefined in the first. */
export type Usage = { readonly cpu: number | undefined; readonly memory: number };

/** CPU and memory of each bottle whose processes run on this machine. */
export class UsageMeter {
  #last: { readonly at: number; readonly cpuMs: ReadonlyMap<string, number> } | undefined;

  async measure(system: System, ledger: Ledger, sessions: readonly Session[]): Promise<ReadonlyMap<string, Usage>> {
    const ofBottle = Map.groupBy(sessions, ({ bottle }) => bottle);
    const found = await Promise.all(
      ledger.bottles().map(async (record) => [record.plan.name, await processesOf(system, record, ofBottle.get(record.plan.name) ?? [])] as const),
    ); // prettier-ignore
    const used = usedBy(found.flatMap(([, pids]) => pids));
    const now = system.now();
    const cpuMs = new Map<string, number>();
    const usage = new Map<string, Usage>();
    for (const [bottle, pids] of found) {
      const parts = pids.flatMap((pid) => used.get(pid) ?? []);
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

/** The process of a machine includes its sessions. Those of a sandbox descend from our own processes, not from the sandbox's. */
async function processesOf(system: System, { plan, machine }: BottleRecord, sessions: readonly Session[]) {
  const own = machine && isAlive(machine) ? [machine.pid] : [];
  const { capabilities } = await backendOf(system, plan.backend);
  return isSandbox(capabilities) ? [...own, ...sessions.flatMap(({ process }) => process?.pid ?? [])] : own;
}
