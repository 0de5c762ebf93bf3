import * as v from "valibot";
import { parseJson } from "../lib/json.ts";
import { UserError } from "../errors.ts";
import { withDirectoryLock } from "../system/directory-lock.ts";
import { exists, readText, realPath, writePrivate } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { claudeKeychainRefused, claudeStoreTooLong, renewalBusy } from "./errors.ts";

/** Claude Code's own record of its login. Everything in it is kept, including unknown keys. */
const storeSchema = v.looseObject({
  claudeAiOauth: v.looseObject({
    accessToken: v.string(),
    refreshToken: v.optional(v.string(), ""),
    /** Milliseconds. */
    expiresAt: v.optional(v.number(), 0),
    scopes: v.optional(v.array(v.string()), ["user:inference", "user:profile"]),
    subscriptionType: v.nullish(v.string()),
  }),
});

export type ClaudeStore = v.InferOutput<typeof storeSchema>;
export type Tokens = ClaudeStore["claudeAiOauth"];

const keychainService = "Claude Code-credentials";
/** Claude Code refreshes the lock that it holds more often than this. */
const lock = { staleMs: 60_000, waitMs: 30_000 };
const half = { reads: 25, waitMs: 20 };

/** Where Claude Code on this machine keeps its user's files. */
export const claudeDirectory = ({ env }: System): string => env.CLAUDE_CONFIG_DIR || `${env.HOME ?? ""}/.claude`;
export const claudeStoreFile = (system: System): string => `${claudeDirectory(system)}/.credentials.json`;

/** Undefined if Claude Code on this machine is not logged in. */
export async function readClaudeStore(system: System): Promise<ClaudeStore | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const text = readText(claudeStoreFile(system)) ?? (await readKeychain(system)) ?? "null";
    const store = parseJson(text);
    // Another program may be rewriting the file, so one that is cut off is read again.
    if (store === undefined && attempt < half.reads) {
      await Bun.sleep(half.waitMs);
      continue;
    }
    const result = v.safeParse(storeSchema, store);
    return result.success && result.output.claudeAiOauth.accessToken !== "" ? result.output : undefined;
  }
}

/** macOS's `security -i` reads lines of up to 4096 bytes, and takes the rest of a longer one as the next command. */
const longestLine = 4095;
/** How much a renewal may add to the record. */
const growth = 512;

const isInKeychain = (system: System): boolean => system.platform === "darwin" && !exists(claudeStoreFile(system));

/** Throws UserError if a renewed login could not be written back. */
export function assertStorable(system: System, store: ClaudeStore): void {
  if (isInKeychain(system) && keychainLine(system, store).length + growth > longestLine) throw claudeStoreTooLong();
}

function keychainLine(system: System, store: ClaudeStore): string {
  const secret = hex(JSON.stringify(store));
  const words = ["add-generic-password", "-U", "-s", keychainService, "-a", system.user.name, "-X", secret];
  return `${words.map((word) => JSON.stringify(word)).join(" ")}\n`;
}

/** Writes it back to where it was read from, completely or not at all. Throws UserError. */
export async function writeClaudeStore(system: System, store: ClaudeStore): Promise<void> {
  if (!isInKeychain(system)) return writePrivate(claudeStoreFile(system), JSON.stringify(store));
  const line = keychainLine(system, store);
  if (line.length > longestLine) throw claudeStoreTooLong();
  const { code } = await system.run(["security", "-i"], { stdin: line, timeoutMs: 15_000 });
  if (code !== 0) throw claudeKeychainRefused();
}

async function readKeychain(system: System): Promise<string | undefined> {
  if (system.platform !== "darwin") return undefined;
  const argv = ["security", "find-generic-password", "-s", keychainService, "-w"];
  const { code, stdout } = await system.run(argv, { timeoutMs: 15_000 });
  return code === 0 ? stdout.trim() : undefined;
}

const hex = (text: string): string => Buffer.from(text).toString("hex");

/** Runs `work` as the only process on this machine, Claude Code included, that renews the login. Throws UserError. */
export async function withClaudeLock<T>(system: System, work: () => Promise<T>): Promise<T> {
  const directory = claudeDirectory(system);
  // The first name is that of recent versions of Claude Code, the second that of older ones. Claude Code takes both.
  const paths = [`${directory}/.oauth_refresh.lock`, `${realPath(directory) ?? directory}.lock`];
  const done = await withDirectoryLock(paths, lock, work);
  if (done) return done.value;
  throw renewalBusy(paths[0] ?? "");
}
