import type { Machine } from "../backends/backend.ts";
import { inGuest } from "../backends/in-guest.ts";
import { sessionsArgv } from "../guest/guest.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { BottleContext } from "./context.ts";
import { sessionsRunning, sessionsUnknown } from "./errors.ts";

const askMs = 15_000;

/**
 * Asks a bottle that the ledger does not know for its sessions: whoever removes a damaged ledger has bottles in use. Throws UserError if there are
 * some, unless `force` is set.
 */
export async function refuseUnrecorded(
  context: BottleContext,
  plan: BottlePlan,
  machine: Machine | undefined,
  { command, force }: { readonly command: string; readonly force: boolean },
): Promise<void> {
  if (force || machine?.state !== "running" || context.ledger.bottle(plan.name)) return;
  const sessions = await sessionsIn(context, plan);
  if (sessions === undefined) throw sessionsUnknown(plan.name, command);
  if (sessions > 0) throw sessionsRunning(plan.name, sessions, command);
}

/** Undefined if the bottle does not answer. */
async function sessionsIn({ system, backend }: BottleContext, plan: BottlePlan): Promise<number | undefined> {
  if (backend.countProcesses) return backend.countProcesses(plan.name);
  const { argv, ...how } = inGuest(backend, plan, sessionsArgv());
  const { stdout } = await system.run(argv, { ...how, timeoutMs: askMs });
  return /^\d{1,6}\n$/.test(stdout) ? Number(stdout) : undefined;
}
