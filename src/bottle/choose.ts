import type { Backend } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import { otherBackend, unknownBackend } from "./errors.ts";
import { chooseAutomatically } from "./auto.ts";
import type { System } from "../system/system.ts";

/**
 * The backend of the bottle: a bottle stays on the one that it was made on; a new one gets the one that is demanded or preferred, or the best
 * that there is. Throws UserError where another one than the bottle's is demanded.
 */
export async function chooseBackend(
  system: System,
  { bottle, demanded, preferred }: Record<"demanded" | "preferred", string | undefined> & { readonly bottle: string },
): Promise<Backend> {
  for (const name of [demanded, preferred])
    if (name !== undefined && !backendNames.includes(name)) throw unknownBackend(name);
  using ledger = new Ledger(system);
  const made = ledger.bottle(bottle)?.plan.backend;
  if (made !== undefined && demanded !== undefined && made !== demanded) throw otherBackend(bottle, made, demanded);
  const name = made ?? demanded ?? preferred;
  return name === undefined ? chooseAutomatically(system) : await backendOf(system, name);
}
