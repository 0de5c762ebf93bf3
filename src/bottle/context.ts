import type { Backend } from "../backends/backend.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { System } from "../system/system.ts";

/** What the steps of a bottle's and a session's life work with. */
export type BottleContext = { readonly system: System; readonly backend: Backend; readonly ledger: Ledger };
