import { UserError } from "../errors.ts";
import { readText, removeFile, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { keychainRefused, secretFileGone, keychainLocked, keychainEmpty } from "./errors.ts";

/** Where one of our secrets is stored. */
export type Place = "keychain" | "file";

const limitMs = 15_000;
const item = { service: "claude-bottle", account: "claude" } as const;

export const secretFile = (system: System): string => `${stateDirectory(system.env)}/login-secret`;

/** Stores it in the system's keychain if one answers, otherwise in a file that only the user can read. */
export async function keepSecret(system: System, secret: string, asked: Place | undefined): Promise<Place> {
  if (asked !== "file" && (await storeInKeychain(system, secret))) {
    removeFile(secretFile(system));
    return "keychain";
  }
  if (asked === "keychain") throw keychainRefused();
  writePrivate(secretFile(system), `${secret}\n`);
  return "file";
}

/** Throws UserError if it is gone or locked. */
export async function readSecret(system: System, place: Place): Promise<string> {
  if (place === "file") {
    const secret = readText(secretFile(system))?.trim();
    if (secret) return secret;
    throw secretFileGone(secretFile(system));
  }
  const argv = keychainArgv(system)?.lookup;
  const found = argv && (await system.run(argv, { timeoutMs: limitMs }));
  if (found?.code === 0 && found.stdout.trim() !== "") return found.stdout.trim();
  // If it was ended by a signal, the user or the desktop ended its prompt.
  const isSlow = found?.timedOut || found?.signal !== undefined;
  throw isSlow ? keychainLocked() : keychainEmpty();
}

export async function forgetSecret(system: System): Promise<void> {
  removeFile(secretFile(system));
  const argv = keychainArgv(system)?.forget;
  if (argv) await system.run(argv, { timeoutMs: limitMs });
}

async function storeInKeychain(system: System, secret: string): Promise<boolean> {
  const store = keychainArgv(system)?.store(secret);
  if (!store) return false;
  const { code } = await system.run(store.argv, { stdin: store.stdin, timeoutMs: limitMs });
  return code === 0;
}

/** The secret goes through stdin, because every user can read an argv. */
function keychainArgv({ platform, env, which }: System) {
  const { service, account } = item;
  if (platform === "darwin") {
    const find = (verb: string) => ["security", verb, "-s", service, "-a", account];
    return {
      lookup: [...find("find-generic-password"), "-w"],
      forget: find("delete-generic-password"),
      store: (secret: string) => ({
        argv: ["security", "-i"],
        stdin: `add-generic-password -U -s ${service} -a ${account} -w "${secret}"\n`,
      }),
    };
  }
  if (!env.DBUS_SESSION_BUS_ADDRESS || !which("secret-tool")) return undefined;
  const attributes = ["service", service, "account", account];
  return {
    lookup: ["secret-tool", "lookup", ...attributes],
    forget: ["secret-tool", "clear", ...attributes],
    store: (secret: string) => ({
      argv: ["secret-tool", "store", "--label=claude-bottle", ...attributes],
      stdin: secret,
    }),
  };
}
