import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { System } from "../system/system.ts";
import type { Backend } from "./backend.ts";
import { docker, podman } from "./container/index.ts";
import { bubblewrap } from "./bubblewrap/index.ts";
import { smolvm } from "./smolvm/index.ts";

/** Every backend by its name, in the order in which they are preferred. A further backend is one more line. */
const backends: Readonly<Record<string, (system: System) => Backend>> = {
  smolvm,
  docker,
  podman,
  bubblewrap,
};

export const backendNames: readonly string[] = Object.keys(backends);

/** Throws UserError for a name that this version does not know, as a newer one's ledger may hold. */
export function backendOf(system: System, name: string): Backend {
  const make = backends[name];
  if (make) return make(system);
  throw new UserError(`there is no backend "${printable(name)}"`, { hint: `there are: ${backendNames.join(", ")}` });
}
