// One subscription login for three bottles and Claude Code on the host, against a stand-in for the token server.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { realSystem } from "../system/real.ts";
import { freshTokens, tokenServer } from "./refresh.ts";

/** Each refresh token is good once, and using an old one ends the login, as the real server has it. */
const server = {
  refresh: "refresh-0",
  access: "access-0",
  rotations: 0,
  refused: 0,
  lifeSeconds: 28_800,
  answer: undefined as { status: number; text: string } | undefined,
};
const http = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    if (server.answer) return new Response(server.answer.text, { status: server.answer.status });
    const { refresh_token, grant_type } = (await request.json()) as Record<string, string>;
    await Bun.sleep(20);
    if (grant_type !== "refresh_token" || refresh_token !== server.refresh) {
      server.refused += 1;
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    }
    server.rotations += 1;
    Object.assign(server, { refresh: `refresh-${server.rotations}`, access: `access-${server.rotations}` });
    return Response.json({
      access_token: server.access,
      refresh_token: server.refresh,
      expires_in: server.lifeSeconds,
      scope: "user:inference",
    });
  },
});
afterAll(() => http.stop(true));

let home: string;
let store: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(`${tmpdir()}/login-`));
  store = `${home}/.claude/.credentials.json`;
  mkdirSync(`${home}/.claude`);
  Object.assign(server, { refresh: "refresh-0", access: "access-0", rotations: 0, refused: 0, answer: undefined });
});
afterEach(() => rmSync(home, { recursive: true }));

const system = () =>
  realSystem({ HOME: home, PATH: "/usr/bin:/bin", _CLAUDE_BOTTLE_TOKEN_URL: `http://127.0.0.1:${http.port}/` });
/** A Mac, whose keychain holds the login; what is written to it, line by line. */
function mac(login: object) {
  const log = `${home}/security-log`;
  const program = (name: string, script: string) => {
    writeFileSync(`${home}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  writeFileSync(`${home}/login`, JSON.stringify(login));
  program("security", `[ "$1" != -i ] || { cat >>${log}; exit; }\ncat ${home}/login`);
  const here = realSystem({ ...system().env, PATH: `${home}:/usr/bin:/bin` });
  const overrides = { platform: "darwin", withEnv: here.withEnv };
  return {
    system: Object.assign(Object.create(here), overrides),
    written: () => existsSync(log) && readFileSync(log, "utf8"),
  };
}

describe("the keychain of a Mac takes lines of 4096 bytes", () => {
  const login = (padding: number) => ({
    mcp: "x".repeat(padding),
    claudeAiOauth: { accessToken: server.access, refreshToken: server.refresh, expiresAt: 1, scopes: ["a"] },
  });

  test("a login that fits is renewed and written in one line", async () => {
    const { system, written } = mac(login(0));
    expect((await freshTokens(system)).accessToken).toBe("access-1");
    expect(written()).toMatch(/^"add-generic-password" .* "-X" "[0-9a-f]+"\n$/);
  });

  test("a longer one is left alone, and its refresh token stays good", async () => {
    const { system, written } = mac(login(2000));
    await expect(freshTokens(system)).rejects.toThrow("too long for this program to write to the keychain");
    expect([server.rotations, written()]).toEqual([0, false]);
  });

  test("a longer one that is still good is used as it is", async () => {
    const { claudeAiOauth, ...rest } = login(2000);
    const { system } = mac({ ...rest, claudeAiOauth: { ...claudeAiOauth, expiresAt: Date.now() + 60_000 } });
    expect((await freshTokens(system)).accessToken).toBe("access-0");
    expect(server.rotations).toBe(0);
  });
});

const tokens = () => JSON.parse(readFileSync(store, "utf8")).claudeAiOauth;
const logIn = (expiresAt: number, more: object = {}) =>
  writeFileSync(
    store,
    JSON.stringify({
      kept: 1,
      claudeAiOauth: {
        accessToken: server.access,
        refreshToken: server.refresh,
        expiresAt,
        scopes: ["user:inference"],
        subscriptionType: "max",
        unknown: true,
        ...more,
      },
    }),
  );

const bottle = `import { realSystem } from "${import.meta.dir}/../system/real.ts";
import { freshTokens } from "${import.meta.dir}/refresh.ts";
console.log((await freshTokens(realSystem(process.env))).accessToken);`;

/** Another process on the host that renews the login as Claude Code does: by its two lock directories, reading again under them. */
const hostLike = `import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
const store = process.env.HOME + "/.claude/.credentials.json";
const locks = [process.env.HOME + "/.claude/.oauth_refresh.lock", process.env.HOME + "/.claude.lock"];
const read = () => JSON.parse(readFileSync(store, "utf8"));
const isFresh = () => read().claudeAiOauth.expiresAt > Date.now() + 300_000;
if (!isFresh()) {
  for (const lock of locks) for (;;) { try { mkdirSync(lock); break; } catch { await Bun.sleep(5); } }
  if (!isFresh()) {
    const all = read();
    const answer = await (await fetch(process.env._CLAUDE_BOTTLE_TOKEN_URL, { method: "POST", body: JSON.stringify({ grant_type: "refresh_token", refresh_token: all.claudeAiOauth.refreshToken }) })).json();
    if (!answer.access_token) { writeFileSync(store, "{}"); process.exit(1); }
    all.claudeAiOauth = { ...all.claudeAiOauth, accessToken: answer.access_token, refreshToken: answer.refresh_token, expiresAt: Date.now() + answer.expires_in * 1000 };
    writeFileSync(store, JSON.stringify(all));
  }
  for (const lock of locks.reverse()) rmdirSync(lock);
}
console.log(read().claudeAiOauth.accessToken);`;

describe("twenty rotations", () => {
  beforeAll(() => void (server.lifeSeconds = 28_800));

  test("three bottles and a host-like fourth party share one login: one renewal a rotation, nobody logged out", async () => {
    logIn(0);
    writeFileSync(`${home}/bottle.ts`, bottle);
    writeFileSync(`${home}/host.ts`, hostLike);
    const env = { ...system().env };
    for (let rotation = 1; rotation <= 20; rotation++) {
      writeFileSync(store, JSON.stringify({ kept: 1, claudeAiOauth: { ...tokens(), expiresAt: Date.now() - 1000 } }));
      const parties = ["bottle.ts", "host.ts", "bottle.ts", "bottle.ts"].map((file) =>
        Bun.spawn([process.execPath, `${home}/${file}`], { env, stdout: "pipe", stderr: "inherit" }),
      );
      const said = await Promise.all(parties.map((party) => new Response(party.stdout).text()));
      expect(said).toEqual(Array.from({ length: 4 }, () => `access-${rotation}\n`));
      expect([server.rotations, server.refused]).toEqual([rotation, 0]);
    }
    expect(JSON.parse(readFileSync(store, "utf8")).kept).toBe(1);
    expect(existsSync(`${home}/.claude.lock`) || existsSync(`${home}/.claude/.oauth_refresh.lock`)).toBe(false);
  }, 120_000);
});

test("a login that is good for more than an hour is left alone, and what Claude Code wrote beside it stays", async () => {
  logIn(Date.now() + 2 * 3600_000);
  expect((await freshTokens(system())).accessToken).toBe("access-0");
  expect(server.rotations).toBe(0);
  logIn(Date.now() + 600_000);
  expect((await freshTokens(system())).accessToken).toBe("access-1");
  expect(tokens()).toMatchObject({
    accessToken: "access-1",
    refreshToken: "refresh-1",
    subscriptionType: "max",
    unknown: true,
  });
  expect((statSync(store).mode & 0o777).toString(8)).toBe("600");
});

test("a store that Claude Code is writing just now is read when it is whole", async () => {
  logIn(Date.now() + 2 * 3600_000);
  const whole = readFileSync(store, "utf8");
  writeFileSync(store, whole.slice(0, 20));
  const reading = freshTokens(system());
  writeFileSync(store, whole);
  expect((await reading).accessToken).toBe("access-0");
});

test("a lock that nobody has touched for a minute is a dead process's", async () => {
  logIn(0);
  mkdirSync(`${home}/.claude/.oauth_refresh.lock`);
  utimesSync(`${home}/.claude/.oauth_refresh.lock`, new Date(), new Date(Date.now() - 120_000));
  expect((await freshTokens(system())).accessToken).toBe("access-1");
});

test("a lock that somebody holds is waited for", async () => {
  logIn(0);
  mkdirSync(`${home}/.claude/.oauth_refresh.lock`);
  const waiting = freshTokens(system());
  Object.assign(server, { access: "by another", refresh: "theirs" });
  logIn(Date.now() + 8 * 3600_000);
  rmdirSync(`${home}/.claude/.oauth_refresh.lock`);
  expect((await waiting).accessToken).toBe("by another");
  expect(server.rotations).toBe(0);
});

test.each<[string, number, { status: number; text: string }, string]>([
  [
    "a login that has ended",
    0,
    { status: 400, text: '{"error":"invalid_grant"}' },
    "the login of Claude Code on this machine has expired",
  ],
  ["a server that is out of order", 0, { status: 500, text: "oops" }, "Claude's token server sent status 500"],
  [
    "a server that says something else",
    0,
    { status: 200, text: "<html>" },
    "Claude's token server sent an answer in an unknown format",
  ],
])("%s is said, and the store stays as it was", async (_, expiresAt, answer, message) => {
  logIn(expiresAt);
  server.answer = answer;
  const before = readFileSync(store, "utf8");
  await expect(freshTokens(system())).rejects.toThrow(message);
  expect(readFileSync(store, "utf8")).toBe(before);
});

test("a token that is still good is used while the server is out of order", async () => {
  logIn(Date.now() + 600_000);
  server.answer = { status: 500, text: "oops" };
  expect((await freshTokens(system())).accessToken).toBe("access-0");
});

test.each(["", "{", "{}", '{"claudeAiOauth":null}', '{"claudeAiOauth":{"accessToken":""}}'])(
  "a store that holds %p is no login",
  async (text) => {
    writeFileSync(store, text);
    await expect(freshTokens(system())).rejects.toThrow("Claude Code on this machine is not logged in");
  },
);

test.each([
  ["http://127.0.0.1:8080/token", "http://127.0.0.1:8080/token"],
  ["https://evil.example/token", "https://platform.claude.com/v1/oauth/token"],
  ["http://127.0.0.1.evil.example/", "https://platform.claude.com/v1/oauth/token"],
  ["http://127.0.0.1@evil.example/", "https://platform.claude.com/v1/oauth/token"],
  ["nonsense", "https://platform.claude.com/v1/oauth/token"],
])("a refresh token goes to Claude's own server or to a test's on this machine: %s", (url, server) =>
  expect(tokenServer({ _CLAUDE_BOTTLE_TOKEN_URL: url })).toBe(server),
);
