import { exitCode, Interrupted, UserError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { fail } from "./messages.ts";

/** Prints why a command failed, and returns its exit status. `seeHelp`: the command that prints the help. */
export function renderError(system: System, error: unknown, seeHelp: string): number {
  if (error instanceof UserError) {
    fail(system, error.message, error.hint ?? (error.exitCode === exitCode.usage ? seeHelp : undefined));
    return error.exitCode;
  }
  if (error instanceof Interrupted) {
    fail(system, error.message);
    return error.exitCode;
  }
  if (error instanceof Error && error.name === "CLIError") {
    fail(system, fromCitty(error.message), seeHelp);
    return exitCode.usage;
  }
  fail(system, `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exitCode.bug;
}

/** citty colours its messages and writes them as sentences. */
const fromCitty = (message: string): string =>
  Bun.stripANSI(message)
    .replace(/^./, (first) => first.toLowerCase())
    .replace(/\.$/, "");
