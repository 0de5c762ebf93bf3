import { UserError } from "../errors.ts";
import type { System } from "../system/system.ts";
import type { Backend } from "./backend.ts";
import { noBackend } from "./errors.ts";

type Load = () => Promise<(system: System) => Backend>;

/** Every backend by name, in order of preference, loaded when it is used. To add a backend, add a line. */
const backends: Readonly<Record<string, Load>> = {
  smolvm: async () => (await import("./smolvm/index.ts")).smolvm,
  docker: async () => (await import("./container/index.ts")).docker,
  podman: async () => (await import("./container/index.ts")).podman,
  kubernetes: async () => (await import("./kubernetes/index.ts")).kubernetes,
  bubblewrap: async () => (await import("./bubblewrap/index.ts")).bubblewrap,
  landlock: async () => (await import("./landlock/index.ts")).landlock,
};

export const backendNames: readonly string[] = Object.keys(backends);

/** Throws UserError for a name that this version does not know: the ledger of a newer version may have one. */
export async function backendOf(system: System, name: string): Promise<Backend> {
  const load = Object.hasOwn(backends, name) ? backends[name] : undefined;
  if (load) return (await load())(system);
  throw noBackend(name, backendNames);
}
