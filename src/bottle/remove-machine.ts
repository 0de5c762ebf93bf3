import type { StepOptions } from "../backends/backend.ts";
import { endProcess, isAlive } from "../system/process.ts";
import type { BottleContext } from "./context.ts";

/** Removes the machine, and ends its process if the backend left it behind. Requires the bottle's lock. */
export async function removeMachine(
  { backend, ledger }: Omit<BottleContext, "system">,
  name: string,
  options: StepOptions = {},
): Promise<void> {
  const machine = ledger.bottle(name)?.machine;
  await backend.remove(name, options);
  if (machine && isAlive(machine)) await endProcess(machine);
  ledger.forgetBottle(name);
}
