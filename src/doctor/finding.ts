import { installCommand } from "../system/packages.ts";
import { shellLine } from "../lib/quote.ts";
import type { System } from "../system/system.ts";

/** error: no session can start here. warning: one can, with something missing. note: worth knowing. */
export type Level = "ok" | "note" | "warning" | "error";

/** `command` is what to type. A safe fix loses nothing and needs no root; `argv` is the same command for us to run. */
export type Fix =
  | { readonly command: string; readonly safe: false }
  | { readonly command: string; readonly safe: true; readonly argv: readonly string[] };

/** The result of one check. */
export type Finding = {
  /** Never changes between versions, for scripts. */
  readonly id: string;
  readonly level: Level;
  readonly what: string;
  /** Why it matters; absent if all is well. */
  readonly why?: string;
  readonly fix?: Fix;
};

export const ok = (id: string, what: string): Finding => ({ id, level: "ok", what });

/** A command, or a sentence, for the user to follow. */
export const manualFix = (command: string): Fix => ({ command, safe: false });
export const safeFix = (...argv: string[]): Fix => ({ command: shellLine(argv), safe: true, argv });

/** Installs the package that has the program's name. */
export const installFix = (system: System, name: string): Fix => manualFix(installCommand(system, name));
