import { backendOf } from "../backends/registry.ts";
import { filterOf } from "../backends/host-filter.ts";
import { mapLimited, programsAtOnce } from "../lib/pool.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { System } from "../system/system.ts";

export type Denied = {
  readonly bottle: string;
  readonly target: string;
  readonly times: number;
  readonly last: string;
  /** The bottle may reach it now. */
  readonly allowed: boolean;
};

/** Targets that the bottles in the ledger were denied, each once, newest last. */
export async function deniedHosts(system: System, names?: ReadonlySet<string>): Promise<Denied[]> {
  using ledger = new Ledger(system);
  const bottles = ledger.bottles().filter(({ plan }) => names?.has(plan.name) ?? true);
  const found = await mapLimited(bottles, programsAtOnce, async ({ plan }) => {
    const events = (await (await backendOf(system, plan.backend)).denied?.(plan.name)) ?? [];
    const allowed = new RegExp(filterOf(plan.network).replaceAll("\n", "|"), "i");
    return [...Map.groupBy(events, ({ target }) => target)].map(([target, all]) => ({
      bottle: plan.name,
      target,
      times: all.length,
      last: all.at(-1)?.at ?? "",
      allowed: allowed.test(target),
    }));
  });
  return found.flat().sort((one, other) => (one.last < other.last ? -1 : 1));
}
