import type { StepOptions } from "../backends/backend.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { endProcess, isAlive } from "../system/process.ts";
import type { BottleContext } from "./context.ts";

/** Removes the machine, and ends its process if the backend left it behind. Requires the bottle's lock. */
export async function removeMachine(
  { backend, ledger }: Omit<BottleContext, "system">,
  name: string,
  options: StepOptions = {},
): Promise<void> {
  await backend.remove(name, options);
  await endLostProcess(ledger, name);
  ledger.forgetBottle(name);
}

export function isProcessAlive(ledger: Ledger, name: string): boolean {
  const machine = ledger.bottle(name)?.machine;
  return machine !== undefined && isAlive(machine);
}

/** An engine that has lost its state, as podman does with its run directory, reports a running bottle as stopped. */
export async function endLostProcess(ledger: Ledger, name: string): Promise<void> {
  const machine = ledger.bottle(name)?.machine;
  if (machine && isAlive(machine)) await endProcess(machine);
}
