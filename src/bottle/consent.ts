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
import { useFromNowOn, whyWeaker } from "./messages.ts";

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
  const { name, capabilities } = backend;
  const isOpen = capabilities.network === "open";
  const why = whyWeaker(await passedOver(system, backend), name, describeSandbox(backend), isOpen);
  if (!canAsk(system)) throw needsYes(why);
  inform(system, nothingStronger, why);
  return await confirm(useFromNowOn(name), { byDefault: false });
}
