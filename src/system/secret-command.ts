import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { notStartedSecret, secretFailed } from "./errors.ts";
import type { System } from "./system.ts";

const limitMs = 30_000;

/**
 * Runs a command that prints a secret as one line. `what` names the secret in messages, which never contain the line. Does not run in the project's
 * directory, whose content must not affect the command.
 */
export async function secretOfCommand(system: System, what: string, command: readonly string[]): Promise<string> {
  const failed = (why: string) => secretFailed(what, command[0] ?? "", why);
  const { code, signal, timedOut, stdout, stderr } = await system
    .run(command, { timeoutMs: limitMs, cwd: "/" })
    .catch((error) => {
      if (!(error instanceof UserError)) throw error;
      throw notStartedSecret(what, error);
    });
  if (timedOut) throw failed(`did not end within ${limitMs / 1000} s`);
  if (code !== 0) {
    const said = printable(stderr.trim().split("\n").at(-1) ?? "");
    throw failed(
      `${signal ? `was ended by ${signal}` : `failed with status ${code}`}${said === "" ? "" : `: ${said}`}`,
    );
  }
  const value = stdout.replace(/\r?\n$/, "");
  const lines = value.split("\n").length;
  if (lines > 1) throw failed(`printed ${lines} lines, and a secret is one`);
  if (value.includes("\0")) throw failed("printed a NUL character");
  if (value === "") throw failed("printed nothing");
  return value;
}
