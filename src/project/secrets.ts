import { UserError } from "../errors.ts";
import { type HostFiles, withCopies } from "./host-files.ts";
import type { Login } from "../login/login.ts";
import { hostNameOf } from "../plan/credentials.ts";
import type { Secret } from "../manifest/schema.ts";
import { readFileNoFollow } from "../system/held-path.ts";
import { secretOfCommand } from "../system/secret-command.ts";
import type { System } from "../system/system.ts";
import { secretNotSet, secretEmpty, secretHasNul } from "./errors.ts";

/** Returns the values of the named secrets of the manifest. A value is only read when it is requested. */
export type Secrets = (names: readonly string[]) => Promise<Readonly<Record<string, string>>>;

/** `files`: the real path of each secret's file, as it was judged. `login`: what provides Claude's own variable. */
export function secretsOf(
  system: System,
  secrets: Readonly<Record<string, Secret>>,
  files: ReadonlyMap<string, string>,
  login: Login | undefined,
  hostFiles: HostFiles,
): Secrets {
  /** A program that prints a secret may ask the user for something, so it runs once. */
  const known = new Map<string, string>();
  return async (names) => {
    const values: Record<string, string> = {};
    for (const name of names) {
      const secret = secrets[name];
      const value =
        name === login?.variable
          ? await login.value()
          : secret && (known.get(name) ?? (await valueOf(system, name, secret, files.get(name), hostFiles)));
      if (value === undefined) continue;
      known.set(name, value);
      values[name] = value;
    }
    return values;
  };
}

/** The system, with the secrets in the environment of the programs that need them. */
export async function withSecrets(system: System, secrets: Secrets, names: readonly string[]): Promise<System> {
  const known = await secrets(names);
  const values = names.flatMap((name) => {
    const value = known[name] ?? system.env[name];
    return value === undefined ? [] : [[hostNameOf(name), value] as const];
  });
  return values.length === 0 ? system : system.withEnv(Object.fromEntries(values));
}

/** Throws UserError, which never contains the value. */
async function valueOf(
  system: System,
  name: string,
  secret: Secret,
  file: string | undefined,
  hostFiles: HostFiles,
): Promise<string> {
  if (secret.env !== undefined) {
    const value = system.env[secret.env];
    if (value) return value;
    throw secretNotSet(name, secret.env);
  }
  const value =
    file === undefined
      ? await secretOfCommand(system, `secret "${name}"`, withCopies(system, "/", secret.command ?? [], hostFiles))
      : readFileNoFollow(file).replace(/\r?\n$/, "");
  if (value === "") throw secretEmpty(name);
  if (value.includes("\0")) throw secretHasNul(name);
  return value;
}
