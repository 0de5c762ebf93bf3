import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { Secret } from "../manifest/schema.ts";
import { readJudgedFile } from "../system/files.ts";
import type { System } from "../system/system.ts";

const commandLimitMs = 30_000;

/** Gives the values of those of the manifest's secrets that are named, when they are asked for and not before. */
export type Secrets = (names: readonly string[]) => Promise<Readonly<Record<string, string>>>;

/** `files`: the real path of each secret's file, as it was judged. */
export const secretsOf =
  (system: System, secrets: Readonly<Record<string, Secret>>, files: ReadonlyMap<string, string>): Secrets =>
  async (names) => {
    const values: Record<string, string> = {};
    for (const name of names) {
      const secret = secrets[name];
      if (secret) values[name] = await valueOf(system, name, secret, files.get(name));
    }
    return values;
  };

/** The system as the programs that are to know those secrets are started in it. */
export async function withSecrets(system: System, secrets: Secrets, names: readonly string[]): Promise<System> {
  const values = await secrets(names);
  return Object.keys(values).length === 0 ? system : system.withEnv(values);
}

/** Throws UserError, which never holds the value. */
async function valueOf(system: System, name: string, secret: Secret, file: string | undefined): Promise<string> {
  if (secret.env !== undefined) {
    const value = system.env[secret.env];
    if (value) return value;
    throw new UserError(`secret "${name}": the variable "${secret.env}" is not set`, {
      hint: `export ${secret.env} where you start claude-bottle`,
    });
  }
  const value =
    file === undefined
      ? await commandOutput(system, name, secret.command ?? [])
      : readJudgedFile(file).replace(/\r?\n$/, "");
  if (value === "") throw new UserError(`secret "${name}" is empty`);
  if (value.includes("\0")) throw new UserError(`secret "${name}" holds a NUL character`);
  return value;
}

/** Not in the project's directory: what stands there must not change what the command does. */
async function commandOutput(system: System, name: string, command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await system.run(command, { timeoutMs: commandLimitMs, cwd: "/" });
  const what = `secret "${name}": "${printable(command[0] ?? "")}"`;
  if (code === 143 || code === 137) throw new UserError(`${what} was ended after ${commandLimitMs / 1000} s`);
  if (code !== 0) {
    const said = printable(stderr.trim().split("\n").at(-1) ?? "");
    throw new UserError(`${what} failed with status ${code}${said === "" ? "" : `: ${said}`}`);
  }
  const value = stdout.replace(/\r?\n$/, "");
  const lines = value.split("\n").length;
  if (lines > 1) throw new UserError(`${what} printed ${lines} lines, and a secret is one`);
  return value;
}
