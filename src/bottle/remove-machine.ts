import type { StepOptions } from "../backends/backend.ts";
import { endProcess, isAlive } from "../system/process.ts";
import type { BottleContext } from "./context.ts";

/** The machine, and what is left of its process: a backend has been seen to leave it behind. Its lock is held. */
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
