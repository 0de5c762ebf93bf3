import type { Ledger } from "../ledger/ledger.ts";
import { differences, assertSupported } from "../plan/bottle.ts";
import { outlivesSessions, type BottlePlan } from "../plan/plan.ts";
import type { BottleContext } from "./context.ts";
import { sessionsRunning } from "./errors.ts";
import { otherSettings } from "./messages.ts";
import { askedNetwork } from "./network.ts";
import { inform } from "../ui/messages.ts";

/** Throws UserError for anything that the backend cannot do, before the bottle is created. */
export function checkPlan(
  { backend, ledger }: Omit<BottleContext, "system">,
  plan: BottlePlan,
  { fresh }: { fresh: boolean },
): void {
  if (!fresh && ledger.bottle(plan.name)) return;
  assertSupported(plan, backend);
  backend.assertSupported?.(plan);
}

export const isIdleSandbox = ({ backend, ledger }: Omit<BottleContext, "system">, name: string): boolean =>
  !outlivesSessions(backend.capabilities) && ledger.sessions(name).length === 0;

export async function readyPlan({ backend, ledger }: BottleContext, name: string): Promise<BottlePlan | undefined> {
  const record = ledger.bottle(name);
  return record?.isReady && (await backend.isReady(record.plan, record.machine)) ? record.plan : undefined;
}

export function warnOfDifferences(
  { system, backend }: Omit<BottleContext, "ledger">,
  made: BottlePlan,
  asked: BottlePlan,
): BottlePlan {
  const network = askedNetwork(backend, made, asked);
  const changed = differences(made, { ...asked, network }, backend.capabilities);
  if (changed.length > 0) inform(system, ...otherSettings(made.name, changed));
  return made;
}

/** False if another process removed the bottle while we waited for its lock. */
export const isStillThere = async (
  { backend, ledger }: Omit<BottleContext, "system">,
  name: string,
): Promise<boolean> => ledger.bottle(name) !== undefined || (await backend.find(name)) !== undefined;

/** From now on no session can start in the bottle. Throws UserError while sessions run in it, unless `force` is set. */
export function takeDown(ledger: Ledger, name: string, { command, force }: { command: string; force: boolean }): void {
  const sessions = ledger.takeDown(name);
  if (force) ledger.setReady(name, false);
  else if (sessions > 0) throw sessionsRunning(name, sessions, command);
}
