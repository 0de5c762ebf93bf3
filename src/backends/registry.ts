import { UserError } from "../errors.ts";
import type { System } from "../system/system.ts";
import type { Backend } from "./backend.ts";
import { noBackend } from "./errors.ts";

type Load = () => Promise<(system: System) => Backend>;

/** Every backend by its name, in the order in which they are preferred; loaded where it is used. A further backend is one more line. */
const backends: Readonly<Record<string, Load>> = {
  smolvm: async () => (await import("./smolvm/index.ts")).smolvm,
  docker: async () => (await import("./container/index.ts")).docker,
  podman: async () => (await import("./container/index.ts")).podman,
  kubernetes: async () => (await import("./kubernetes/index.ts")).kubernetes,
  bubblewrap: async () => (await import("./bubblewrap/index.ts")).bubblewrap,
  landlock: async () => (await import("./landlock/index.ts")).landlock,
};

export const backendNames: readonly string[] = Object.keys(backends);

/** Throws UserError for a name that this version does not know, as a newer one's ledger may hold. */
export async function backendOf(system: System, name: string): Promise<Backend> {
  const load = Object.hasOwn(backends, name) ? backends[name] : undefined;
  if (load) return (await load())(system);
  throw noBackend(name, backendNames);
}
