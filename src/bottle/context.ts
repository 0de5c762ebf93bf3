import type { Backend } from "../backends/backend.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { System } from "../system/system.ts";

/** What every step in the life of a bottle or a session needs. */
export type BottleContext = { readonly system: System; readonly backend: Backend; readonly ledger: Ledger };
