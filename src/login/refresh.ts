import * as v from "valibot";
import { UserError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { assertStorable, readClaudeStore, withClaudeLock, writeClaudeStore, type Tokens } from "./claude-store.ts";
import { claudeNotLoggedIn, claudeLoginEnded, NotRenewed, unexpectedAnswer, tokenServerUnreachable } from "./errors.ts";

const tokenUrl = "https://platform.claude.com/v1/oauth/token";
/** Claude Code's client ID at the token server: the login is Claude Code's. */
const clientId = "9d1c250a-e61b-44d9-88ed-5944d1962f5e";
/** How long a session's access token should be valid at least, if the server gives such tokens. */
const leastLifeMs = 60 * 60 * 1000;
const answerWithinMs = 30_000;

const answerSchema = v.object({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  refresh_token: v.optional(v.string()),
  expires_in: v.number(),
  scope: v.optional(v.string()),
});

/**
 * The login of Claude Code on this machine, renewed when it is about to expire. A renewal replaces the refresh token and voids the old one, so only
 * one process may do it: it holds Claude Code's own lock and checks that no other process was first.
 */
export async function freshTokens(system: System): Promise<Tokens> {
  const found = await readClaudeStore(system);
  if (!found) throw claudeNotLoggedIn();
  if (isFresh(system, found.claudeAiOauth)) return found.claudeAiOauth;
  try {
    return await withClaudeLock(system, async () => {
      const store = await readClaudeStore(system);
      if (!store) throw claudeNotLoggedIn();
      // Another process renewed it while we waited. Without this check, a server that gives short lives would be asked each time.
      const isNew = store.claudeAiOauth.accessToken !== found.claudeAiOauth.accessToken;
      if (isNew && store.claudeAiOauth.expiresAt > system.now()) return store.claudeAiOauth;
      // The server voids the old refresh token, so its answer must be storable.
      assertStorable(system, store);
      const tokens = await renew(system, store.claudeAiOauth);
      await writeClaudeStore(system, { ...store, claudeAiOauth: tokens });
      return tokens;
    });
  } catch (error) {
    // Still valid now; a later try may renew it.
    if (error instanceof NotRenewed && found.claudeAiOauth.expiresAt > system.now()) return found.claudeAiOauth;
    throw error;
  }
}

/** Without using the network: there is no login, or it has expired and cannot be renewed. */
export async function claudeTrouble(system: System): Promise<UserError | undefined> {
  const store = await readClaudeStore(system);
  if (!store) return claudeNotLoggedIn();
  const { refreshToken, expiresAt } = store.claudeAiOauth;
  return refreshToken === "" && expiresAt <= system.now() ? claudeLoginEnded() : undefined;
}

const isFresh = (system: System, { expiresAt }: Tokens): boolean => expiresAt - system.now() > leastLifeMs;

async function renew(system: System, tokens: Tokens): Promise<Tokens> {
  if (tokens.refreshToken === "") {
    if (tokens.expiresAt > system.now()) return tokens;
    throw claudeLoginEnded();
  }
  const body = {
    grant_type: "refresh_token",
    refresh_token: tokens.refreshToken,
    client_id: clientId,
    scope: tokens.scopes.join(" "),
  };
  const response = await ask(tokenServer(system.env), body);
  if (response.status === 400 || response.status === 401) throw claudeLoginEnded();
  if (!response.ok) throw unexpectedAnswer(`status ${response.status}`);
  const answer = v.safeParse(answerSchema, await response.json().catch(() => undefined));
  if (!answer.success) throw unexpectedAnswer("an answer in an unknown format");
  const { access_token, refresh_token, expires_in, scope } = answer.output;
  return {
    ...tokens,
    accessToken: access_token,
    refreshToken: refresh_token ?? tokens.refreshToken,
    expiresAt: system.now() + expires_in * 1000,
    ...(scope !== undefined && { scopes: scope.split(" ").filter(Boolean) }),
  };
}

/** Only a server on this machine, for tests: whoever could name another one would get the refresh token. */
export function tokenServer(env: System["env"]): string {
  const url = URL.parse(env._CLAUDE_BOTTLE_TOKEN_URL ?? "");
  return url?.protocol === "http:" && url.hostname === "127.0.0.1" ? url.href : tokenUrl;
}

async function ask(url: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      redirect: "error",
      signal: AbortSignal.timeout(answerWithinMs),
    });
  } catch (cause) {
    throw tokenServerUnreachable(cause);
  }
}
