import { UserError } from "../errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { differences, assertSupported } from "../plan/bottle.ts";
import { isSandbox, type BottlePlan } from "../plan/plan.ts";
import type { BottleContext } from "./context.ts";
import { askedNetwork } from "./network.ts";

/** Throws UserError before anything is made, for what the backend cannot do. */
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
  isSandbox(backend.capabilities) && ledger.sessions(name).length === 0;

export async function readyPlan({ backend, ledger }: BottleContext, name: string): Promise<BottlePlan | undefined> {
  const record = ledger.bottle(name);
  return record && (await backend.isReady(record.plan, record.machine)) ? record.plan : undefined;
}

export function warnOfDifferences(
  { system, backend }: Omit<BottleContext, "ledger">,
  made: BottlePlan,
  asked: BottlePlan,
): BottlePlan {
  const network = askedNetwork(backend, made, asked);
  const changed = differences(made, { ...asked, network }, backend.capabilities);
  if (changed.length > 0)
    system.err(
      `claude-bottle: bottle "${made.name}" was made with other settings (${changed.join(", ")}) and keeps them\n  claude-bottle run --fresh makes it anew\n`,
    );
  return made;
}

/** Throws UserError while somebody works in the bottle. */
export function assertIdle(ledger: Ledger, name: string, what: string): void {
  const sessions = ledger.sessions(name).length;
  if (sessions > 0)
    throw new UserError(`bottle "${name}" has ${sessions} running session${sessions === 1 ? "" : "s"}`, {
      hint: `end ${sessions === 1 ? "it" : "them"} first, or force it: claude-bottle ${what} --force`,
    });
}
