import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { System } from "./system.ts";

const limitMs = 30_000;

/**
 * The one line that a command prints, which is a secret. `what` names it in messages, which never hold the line.
 * Not run in the project's directory: what stands there must not change what the command does.
 */
export async function secretOfCommand(system: System, what: string, command: readonly string[]): Promise<string> {
  const start = `${what}: "${printable(command[0] ?? "")}"`;
  const { code, signal, timedOut, stdout, stderr } = await system
    .run(command, { timeoutMs: limitMs, cwd: "/" })
    .catch((error) => {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`${what}: ${error.message}`, { hint: error.hint, cause: error });
    });
  if (timedOut) throw new UserError(`${start} did not end within ${limitMs / 1000} s`);
  if (code !== 0) {
    const said = printable(stderr.trim().split("\n").at(-1) ?? "");
    throw new UserError(
      `${start} ${signal ? `was ended by ${signal}` : `failed with status ${code}`}${said === "" ? "" : `: ${said}`}`,
    );
  }
  const value = stdout.replace(/\r?\n$/, "");
  const lines = value.split("\n").length;
  if (lines > 1) throw new UserError(`${start} printed ${lines} lines, and a secret is one`);
  if (value.includes("\0")) throw new UserError(`${start} printed a NUL character`);
  if (value === "") throw new UserError(`${start} printed nothing`);
  return value;
}
