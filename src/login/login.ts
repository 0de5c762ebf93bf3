import * as v from "valibot";
import { UserError } from "../errors.ts";
import { shortDuration } from "../lib/duration.ts";
import { exists, readText, removeFile, writePrivate } from "../system/files.ts";
import { secretOfCommand } from "../system/secret-command.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { claudeStoreFile, readClaudeStore } from "./claude-store.ts";
import { claudeTrouble, freshTokens } from "./refresh.ts";
import { forgetSecret, keepSecret, readSecret, secretFile, type Place } from "./vault.ts";
import { credentialProgramMissing, credentialProgramRelative, unknownToken, notAToken } from "./errors.ts";

/** What pays for Claude's requests, and the variable that passes it to Claude Code. */
export const modes = {
  subscription: "CLAUDE_CODE_OAUTH_TOKEN",
  "api-key": "ANTHROPIC_API_KEY",
  gateway: "ANTHROPIC_AUTH_TOKEN",
} as const;
export type Mode = keyof typeof modes;

const nouns: Readonly<Record<Mode, string>> = {
  subscription: "your subscription's token",
  "api-key": "an API key",
  gateway: "a gateway's token",
};

const mode = v.picklist(Object.keys(modes) as Mode[]);

/** What `claude-bottle login` notes. It holds no secret. */
const recordSchema = v.variant("source", [
  v.object({ source: v.literal("claude") }),
  v.object({ source: v.literal("kept"), mode, place: v.picklist(["keychain", "file"]) }),
  v.object({ source: v.literal("command"), mode, command: v.array(v.string()) }),
]);
type LoginRecord = v.InferOutput<typeof recordSchema>;

export type Login = {
  readonly mode: Mode;
  readonly variable: (typeof modes)[Mode];
  /** Its value changes by itself every few hours. */
  readonly rotates: boolean;
  /** A description, with the time of its expiry. */
  describe(): Promise<string>;
  /** Throws UserError. */
  value(): Promise<string>;
  /** The error that `value` would throw, as far as it can be known without renewing or asking. */
  trouble(): Promise<UserError | undefined>;
  /** The file that holds the secret, if it is in one. */
  readonly file: string | undefined;
};

const recordFile = (system: System): string => `${stateDirectory(system.env)}/login.json`;

/** The result of `claude-bottle login`, if any. */
export function storedLogin(system: System): Login | undefined {
  const record = readRecord(system);
  return record && loginFrom(system, record);
}

export const hasLogin = (system: System): boolean => exists(recordFile(system));

function readRecord(system: System): LoginRecord | undefined {
  try {
    const result = v.safeParse(recordSchema, JSON.parse(readText(recordFile(system)) ?? "null"));
    return result.success ? result.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function loginFrom(system: System, record: LoginRecord): Login {
  switch (record.source) {
    case "claude":
      return {
        mode: "subscription",
        variable: modes.subscription,
        rotates: true,
        describe: () => describeClaude(system),
        value: async () => (await freshTokens(system)).accessToken,
        trouble: () => claudeTrouble(system),
        file: claudeStoreFile(system),
      };
    case "kept":
      return {
        mode: record.mode,
        variable: modes[record.mode],
        rotates: false,
        describe: async () =>
          `using ${nouns[record.mode]} from ${record.place === "file" ? "a private file" : "the keychain"}`,
        value: () => readSecret(system, record.place),
        trouble: () => errorOf(readSecret(system, record.place)),
        file: record.place === "file" ? secretFile(system) : undefined,
      };
    case "command":
      return {
        mode: record.mode,
        variable: modes[record.mode],
        rotates: false,
        describe: async () => `using ${nouns[record.mode]} that ${record.command[0]} prints`,
        value: () => secretOfCommand(system, "the login", record.command),
        trouble: async () =>
          missingProgram(system, record.command[0] ?? "") ??
          (await errorOf(secretOfCommand(system, "the login", record.command))),
        file: undefined,
      };
  }
}

/** Running a password manager may prompt the user, so only its presence is checked. */
function missingProgram(system: System, program: string): UserError | undefined {
  if (system.which(program) !== undefined) return undefined;
  return credentialProgramMissing(program);
}

async function errorOf(work: Promise<unknown>): Promise<UserError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

async function describeClaude(system: System): Promise<string> {
  const store = await readClaudeStore(system);
  if (!store) return "using the login of Claude Code on this machine, which is not logged in";
  const { expiresAt, subscriptionType } = store.claudeAiOauth;
  const left = expiresAt - system.now();
  const end = left > 0 ? `token refreshes within ${shortDuration(left)}` : "token is due for a refresh";
  return `using your ${subscriptionType ? `${subscriptionType.replace(/^./, (first) => first.toUpperCase())} ` : ""}subscription (shared with Claude Code; ${end})`;
}

export const useClaudeLogin = (system: System): void => save(system, { source: "claude" });

/** Runs the command once. Throws UserError if it prints no credential. */
export async function useCommand(system: System, asked: Mode, command: readonly string[]): Promise<void> {
  const [program = ""] = command;
  if (/^\.|^[^/]+\//.test(program)) throw credentialProgramRelative(program);
  const missing = missingProgram(system, program);
  if (missing) throw missing;
  assertToken(await secretOfCommand(system, "the login", command));
  save(system, { source: "command", mode: asked, command: [...command] });
}

export async function keepLogin(
  system: System,
  secret: string,
  { mode: asked, place }: { readonly mode: Mode | undefined; readonly place: Place | undefined },
): Promise<void> {
  assertToken(secret);
  const found = asked ?? modeOf(secret);
  save(system, { source: "kept", mode: found, place: await keepSecret(system, secret, place) });
}

function assertToken(secret: string): void {
  if (/\s|[^\x21-\x7e]|["\\]/.test(secret)) throw notAToken();
}

function modeOf(secret: string): Mode {
  if (secret.startsWith("sk-ant-oat")) return "subscription";
  if (secret.startsWith("sk-ant-api")) return "api-key";
  throw unknownToken();
}

/** Returns whether there was a login. */
export async function forgetLogin(system: System): Promise<boolean> {
  await forgetSecret(system);
  return removeFile(recordFile(system));
}

const save = (system: System, record: LoginRecord): void =>
  writePrivate(recordFile(system), `${JSON.stringify(record)}\n`);

/** The login that claude-bottle keeps, unless the caller's environment has a credential. */
export const loginOf = (system: System): Login | undefined =>
  Object.values(modes).some((variable) => system.env[variable]) ? undefined : storedLogin(system);
