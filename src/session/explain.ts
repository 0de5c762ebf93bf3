import type { Backend } from "../backends/backend.ts";
import { exitCode } from "../errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { shellLine } from "../lib/quote.ts";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { sessionCommand } from "./attach.ts";

type Tools = { readonly system: System; readonly backend: Backend; readonly ledger: Ledger };

/** The commands that a launch would run now, one a line; secrets stand in them as names only. */
export async function explain(
  { system, backend, ledger }: Tools,
  plan: BottlePlan,
  session: (plan: BottlePlan) => SessionPlan,
  { fresh }: { fresh: boolean },
): Promise<number> {
  const record = ledger.bottle(plan.name);
  const warm = !fresh && record && (await backend.isReady(record.plan, record.machine));
  const machine = warm ? undefined : await backend.find(plan.name);
  const made = fresh ? plan : (record?.plan ?? plan);
  const { remove, create, start } = backend.explain(made);
  const before = warm ? [] : [...(machine && fresh ? remove : []), ...(machine && !fresh ? [] : create), ...start];
  for (const argv of [...before, sessionCommand(system, backend, made, session(made)).argv])
    system.out(`${shellLine(argv)}\n`);
  return exitCode.ok;
}
