import type { Backend } from "../backends/backend.ts";
import { backendOf } from "../backends/registry.ts";
import { describeSandbox } from "../backends/sandbox.ts";
import { Ledger } from "../ledger/ledger.ts";
import { assertPathsExist } from "../project/shared-paths.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import { canAsk, confirm } from "../ui/prompts.ts";
import { passedOver } from "./auto.ts";
import { checkPlan } from "./ready.ts";
import { needsConsent, noteConsent } from "./sandbox-consent.ts";
import type { Target } from "./target.ts";
import { needsYes, notAccepted, nothingStronger } from "./errors.ts";

export type Start = {
  readonly fresh: boolean;
  /** The user has already agreed to weaker isolation. */
  readonly acceptsWeaker: boolean;
  /** The program that the session runs. */
  readonly program: string;
};

/**
 * Checks everything that can be checked before a bottle is created. Then asks once whether weaker isolation is acceptable, if we chose the backend.
 * Throws UserError if the answer is no.
 */
export async function confirmStart(system: System, { plan, otherwise }: Target, start: Start): Promise<void> {
  const backend = await backendOf(system, plan.backend);
  using ledger = new Ledger(system);
  checkPlan({ backend, ledger }, plan, start);
  if (ledger.bottle(plan.name)) return;
  assertPathsExist(plan);
  backend.assertProvidable?.(start.program);
  const wasChosen = otherwise !== undefined;
  if (wasChosen && needsConsent(system, backend)) await askOnce(system, backend, start.acceptsWeaker);
}

async function askOnce(system: System, backend: Backend, acceptsWeaker: boolean): Promise<void> {
  if (!acceptsWeaker && !(await isAccepted(system, backend))) throw notAccepted();
  noteConsent(system, backend);
}

async function isAccepted(system: System, backend: Backend): Promise<boolean> {
  const network = backend.capabilities.network === "open" ? "; its bottles reach all of the network" : "";
  const why = `${await passedOver(system, backend)}\n${backend.name} can: ${describeSandbox(backend)}${network}`;
  if (!canAsk(system)) throw needsYes(why);
  inform(system, nothingStronger, why);
  return await confirm(`Use ${backend.name} on this machine from now on?`, { byDefault: false });
}
