import { readTurns } from "../activity/read.ts";
import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import { mapLimited, programsAtOnce } from "../lib/pool.ts";
import type { System } from "../system/system.ts";
import { diskUses, listBottles } from "./inventory.ts";

/** Bytes on disk and the number of conversations; undefined if only a running bottle could tell. */
export type Costs = { readonly size: number | undefined; readonly conversations: number | undefined };

/** What these bottles hold. Takes seconds. */
export async function costsOf(system: System, names: ReadonlySet<string>): Promise<ReadonlyMap<string, Costs>> {
  using ledger = new Ledger(system);
  const backends = new Set([...names].flatMap((name) => ledger.bottle(name)?.plan.backend ?? []));
  const bottles = (await listBottles(system, [...backends])).bottles.filter(({ name }) => names.has(name));
  const sizes = await diskUses(system, bottles);
  const costs = await mapLimited(bottles, programsAtOnce, async ({ name, backend: backendName }) => {
    const record = ledger.bottle(name);
    const backend = await backendOf(system, backendName);
    const isHere = record !== undefined && backend.claudeDirectory?.(record.plan) !== undefined;
    const conversations = isHere ? (await readTurns(system, backend, record)).length : undefined;
    return [name, { size: sizes.get(name), conversations }] as const;
  });
  return new Map(costs);
}
