import type { Backend } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import { otherBackend, unknownBackend } from "./errors.ts";
import { chooseAutomatically } from "./auto.ts";
import type { System } from "../system/system.ts";

/**
 * The backend of the bottle. An existing bottle keeps the one it was created with; a new one gets the requested, the preferred or the best available
 * one. Throws UserError if another backend is requested for an existing bottle.
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
