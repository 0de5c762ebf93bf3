import type { System } from "../system/system.ts";
import type { Backend } from "./backend.ts";
import { smolvm } from "./smolvm/index.ts";

/** Every backend by its name, in the order in which they are preferred. A further backend is one more line. */
export const backends = { smolvm } as const satisfies Record<string, (system: System) => Backend>;

export type BackendName = keyof typeof backends;
export const backendNames = Object.keys(backends) as BackendName[];
