import type { StepOptions } from "../backends/backend.ts";
import { endProcess, isAlive } from "../system/process.ts";
import type { BottleContext } from "./context.ts";

/** Removes the bottle, and what is left of its machine's process, which a backend has been seen to leave behind. */
export async function removeBottle(
  { backend, ledger }: Omit<BottleContext, "system">,
  name: string,
  options: StepOptions = {},
): Promise<void> {
  const machine = ledger.bottle(name)?.machine;
  await backend.remove(name, options);
  if (machine && isAlive(machine)) await endProcess(machine);
  ledger.forgetBottle(name);
}
