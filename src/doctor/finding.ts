import { installCommand } from "../system/packages.ts";
import { shellLine } from "../lib/quote.ts";
import type { System } from "../system/system.ts";

/** error: no session can start here. warning: one can, and would lack something. note: worth knowing. */
export type Level = "ok" | "note" | "warning" | "error";

/** `command` is what to type. A safe one loses nothing and needs no root: `argv` is the same for us to run. */
export type Fix =
  | { readonly command: string; readonly safe: false }
  | { readonly command: string; readonly safe: true; readonly argv: readonly string[] };

/** One thing that was looked at. */
export type Finding = {
  /** The same in every version: for scripts. */
  readonly id: string;
  readonly level: Level;
  readonly what: string;
  /** Why it matters; absent where all is well. */
  readonly why?: string;
  readonly fix?: Fix;
};

export const ok = (id: string, what: string): Finding => ({ id, level: "ok", what });

/** What a person has to do, as a command or in words. */
export const manualFix = (command: string): Fix => ({ command, safe: false });
export const safeFix = (...argv: string[]): Fix => ({ command: shellLine(argv), safe: true, argv });

/** A program that a package of its own name brings. */
export const installFix = (system: System, name: string): Fix => manualFix(installCommand(system, name));
