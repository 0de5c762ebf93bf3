import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Screen } from "../support/screen.ts";
import { Home, says, tool } from "../support/tool.ts";

const oauth = "sk-ant-oat01-0123456789";
const show = ["exec", "--", "sh", "-c", "echo $CLAUDE_CODE_OAUTH_TOKEN$ANTHROPIC_API_KEY$ANTHROPIC_AUTH_TOKEN"];
const calls = (home: Home) => readFileSync(`${home.smolvm}/calls`, "utf8");

function hostLogin(home: Home, hours: number): void {
  mkdirSync(`${home.directory}/home/.claude`, { recursive: true });
  const claudeAiOauth = {
    accessToken: "host-access",
    refreshToken: "host-refresh",
    expiresAt: Date.now() + hours * 3600_000 + 60_000,
    subscriptionType: "max",
  };
  writeFileSync(`${home.directory}/home/.claude/.credentials.json`, JSON.stringify({ claudeAiOauth }));
}

test("a token from stdin is kept in a file for its owner alone, and bound to the API's host", async () => {
  using home = new Home();
  expect(await home.run(["login"], { stdin: `${oauth}\n` })).toEqual({
    stdout: "",
    stderr: "claude-bottle: using your subscription's token from a private file\n",
    code: 0,
  });
  const file = `${home.directory}/state/claude-bottle/login-secret`;
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([`${oauth}\n`, 0o600]);
  expect((await home.run(show)).code).toBe(0);
  expect(calls(home)).toContain("claude-code-oauth-token=CLAUDE_CODE_OAUTH_TOKEN@api.anthropic.com");
  expect(calls(home)).toContain('["credential","CLAUDE_CODE_OAUTH_TOKEN","set"]');
  for (const place of [calls(home), readFileSync(`${home.directory}/state/claude-bottle/ledger.db`, "latin1")])
    expect(place).not.toContain(oauth);
});

test("an API key is known by its looks, a gateway's token is named, and the environment wins", async () => {
  using home = new Home();
  expect((await home.run(["login"], { stdin: "sk-ant-api03-abc" })).stderr).toContain("using an API key from");
  expect((await home.run(["login"], { stdin: "whatever" })).stderr).toEqual(
    says("sk-ant-oat", "sk-ant-api", "claude-bottle login --as gateway"),
  );
  expect((await home.run(["login", "--as", "gateway"], { stdin: "whatever" })).code).toBe(0);
  const env = { ANTHROPIC_BASE_URL: "http://gateway.example" };
  expect((await home.run(show, { env })).stdout).toBe("whatever\n");
  expect((await home.run(["login", "--status"])).stdout).toBe("using a gateway's token from a private file\n");
  expect((await home.run(["login", "--status"], { env: { ANTHROPIC_API_KEY: "x" } })).stdout).toBe(
    "ANTHROPIC_API_KEY from your environment\n",
  );
});

test("a command prints it at each start, and its failure is said before anything is made", async () => {
  using home = new Home();
  home.program("vault", `cat '${home.directory}/token'`);
  const env = { ANTHROPIC_BASE_URL: "http://gateway.example" };
  writeFileSync(`${home.directory}/token`, "zeroth\n");
  await home.run(["login", "--as", "api-key", "--", "vault", "read"]);
  rmSync(`${home.directory}/token`);
  expect(await home.run(show, { env })).toEqual({
    stdout: "",
    stderr: says('"vault"', "status 1: cat: ~/token: No such file or directory"),
    code: 1,
  });
  expect(home.verbs()).toEqual([]);
  writeFileSync(`${home.directory}/token`, "first\n");
  expect((await home.run(show, { env })).stdout).toBe("first\n");
  writeFileSync(`${home.directory}/token`, "second\n");
  expect((await home.run(show, { env })).stdout).toBe("second\n");
  expect(calls(home)).not.toMatch(/first|second/);
});

test("a program that prints the credential hears nothing of what is ours alone", async () => {
  using home = new Home();
  home.program("vault", `env >'${home.directory}/seen'; echo token`);
  const env = { ANTHROPIC_BASE_URL: "http://gateway.example", _CLAUDE_BOTTLE_TOKEN_URL: "http://127.0.0.1:1/" };
  await home.run(["login", "--as", "gateway", "--", "vault"]);
  expect(await home.run(show, { env })).toMatchObject({ stdout: "token\n", code: 0 });
  expect(readFileSync(`${home.directory}/seen`, "utf8")).not.toContain("TOKEN_URL");
});

test("the keychain gets it by stdin, and a keychain that refuses leaves the file", async () => {
  using home = new Home();
  home.program(
    "secret-tool",
    `printf '%s\\n' "$*" >>'${home.directory}/words'; case $1 in store) cat >'${home.directory}/chain' ;; lookup) cat '${home.directory}/chain' ;; clear) rm -f '${home.directory}/chain' ;; esac`,
  );
  const env = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" };
  expect((await home.run(["login"], { stdin: oauth, env })).stderr).toBe(
    "claude-bottle: using your subscription's token from the keychain\n",
  );
  expect(readFileSync(`${home.directory}/chain`, "utf8")).toBe(oauth);
  expect(readFileSync(`${home.directory}/words`, "utf8")).not.toContain(oauth);
  expect(existsSync(`${home.directory}/state/claude-bottle/login-secret`)).toBe(false);
  expect((await home.run(show, { env: { ...env, ANTHROPIC_BASE_URL: "http://gateway.example" } })).stdout).toBe(
    `${oauth}\n`,
  );
  expect((await home.run(["login", "--forget"], { env })).stderr).toBe("claude-bottle: login removed\n");
  expect(existsSync(`${home.directory}/chain`)).toBe(false);
  home.program("secret-tool", "exit 1");
  expect((await home.run(["login"], { stdin: oauth, env })).stderr).toContain("from a private file");
});

test("a keychain that is locked at the start of a session is said", async () => {
  using home = new Home();
  home.program("secret-tool", `case $1 in store) exit 0 ;; esac; kill -TERM $$`);
  const env = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" };
  await home.run(["login"], { stdin: oauth, env });
  expect(await home.run(["exec", "--", "true"], { env })).toEqual({
    stdout: "",
    stderr: says("keychain", "unlock it"),
    code: 1,
  });
  expect(home.verbs()).toEqual([]);
});

test("Claude Code's own login is shared by name; a session gets its access token, and never the refresh token", async () => {
  using home = new Home();
  expect(await home.run(["login", "--from-claude"])).toEqual({
    stdout: "",
    stderr:
      "claude-bottle: Claude Code on this machine is not logged in\n  log in with claude first, or store a token: claude-bottle login\n",
    code: 1,
  });
  hostLogin(home, 7);
  expect((await home.run(["login", "--from-claude"])).stderr).toBe(
    "claude-bottle: using your Max subscription (shared with Claude Code; token refreshes within 7h)\n",
  );
  const env = { ANTHROPIC_BASE_URL: "http://gateway.example" };
  expect((await home.run(show, { env })).stdout).toBe("host-access\n");
  expect(calls(home)).not.toMatch(/host-access|host-refresh/);
});

test("a login that was renewed since the machine started goes into the session itself", async () => {
  using home = new Home();
  hostLogin(home, 7);
  await home.run(["login", "--from-claude"]);
  // The stand-in for smolvm gives a guest no placeholder, so what it has is what the session was given.
  expect((await home.run(show)).stdout).toBe("\n");
  writeFileSync(
    `${home.directory}/home/.claude/.credentials.json`,
    JSON.stringify({ claudeAiOauth: { accessToken: "renewed", expiresAt: Date.now() + 7 * 3600_000 } }),
  );
  expect((await home.run(show)).stdout).toBe("renewed\n");
  expect(home.verbs().filter((verb) => verb === "start").length).toBe(1);
});

test("a login that has ended is said before anything is made", async () => {
  using home = new Home();
  hostLogin(home, 1);
  await home.run(["login", "--from-claude"]);
  writeFileSync(
    `${home.directory}/home/.claude/.credentials.json`,
    JSON.stringify({ claudeAiOauth: { accessToken: "old", refreshToken: "", expiresAt: 1 } }),
  );
  expect(await home.run(["run"])).toEqual({
    stdout: "",
    stderr: says("has expired", "claude, then /login"),
    code: 1,
  });
  await using screen = new Screen([...tool, "run"], { cwd: home.project, env: home.env });
  await screen.until("the login of Claude Code on this machine has expired");
  expect(screen.text).not.toContain("to be renewed");
  expect(home.verbs()).toEqual([]);
});

test.each([
  [["./vault"], ['"./vault"', "PATH", "absolute path"]],
  [
    ["vault", "read"],
    ['"vault"', "not found", "PATH", "claude-bottle login"],
  ],
  [["false"], ['"false"', "status 1"]],
  [["true"], ['"true"', "printed nothing"]],
  [["spaces"], ["a token", "spaces"]],
])("a command that could print no login is refused at once: %p", async (words, message) => {
  using home = new Home();
  home.program("spaces", "echo two words");
  expect((await home.run(["login", "--", ...words])).stderr).toEqual(says(...message));
  expect((await home.run(["login", "--status"])).code).toBe(1);
});

test("on a terminal the host's login is offered once, and a token is not shown while it is typed", async () => {
  using home = new Home();
  hostLogin(home, 7);
  await using offered = new Screen([...tool, "login"], { cwd: home.project, env: home.env });
  await offered.until("Share the login of Claude Code on this machine? [Y/n]");
  offered.press("n\r");
  await offered.until("or an API key:");
  offered.press(`${oauth}\r`);
  await offered.until("from a private file");
  expect(offered.raw).not.toContain(oauth);
  expect(await offered.process.exited).toBe(0);
}, 20_000);

/** A claude that says what it was given, on a terminal. */
const withClaude = (home: Home) =>
  home.program("claude", 'echo "claude has [$CLAUDE_CODE_OAUTH_TOKEN$ANTHROPIC_API_KEY]"');
const open = (home: Home, words: string[] = [], env: Record<string, string> = {}) =>
  new Screen([...tool, "run", ...words], { cwd: home.project, env: { ...home.env, ...env }, columns: 120, rows: 30 });

test("without a credential nothing is started before the user has said so, and the bottle remembers it", async () => {
  using home = new Home();
  withClaude(home);
  await using refused = open(home);
  await refused.until("Start Claude and log in there, for this bottle only? [Y/n]");
  expect(home.verbs()).toEqual([]);
  refused.press("n\r");
  await refused.until("no session was started");
  expect([await refused.process.exited, home.verbs()]).toEqual([130, []]);
  await using agreed = open(home);
  await agreed.until("[Y/n]");
  agreed.press("\r");
  await agreed.until("claude has []");
  expect(await agreed.process.exited).toBe(0);
  await using again = open(home);
  await again.until("claude has []");
  expect(again.text).not.toContain("[Y/n]");
}, 30_000);

test("--login-inside asks nothing, and the bottle remembers it", async () => {
  using home = new Home();
  withClaude(home);
  for (const words of [["--login-inside"], []]) {
    await using screen = open(home, words);
    await screen.until("claude has []");
    expect([screen.text.includes("[Y/n]"), await screen.process.exited]).toEqual([false, 0]);
  }
}, 30_000);

test("the login of Claude Code on this machine is offered at the first start", async () => {
  using home = new Home();
  withClaude(home);
  hostLogin(home, 7);
  await using screen = open(home);
  await screen.until("Share the login of Claude Code on this machine with all bottles? [Y/n]");
  screen.press("y\r");
  await screen.until("using your Max subscription (shared with Claude Code; token refreshes within 7h)");
  await screen.until("claude has");
  expect((await home.run(["login", "--status"])).stdout).toContain("shared with Claude Code");
}, 30_000);

test.each([
  ["an agent that is not Claude", '[agents.claude]\ncommand = "env"\n', [], "LOGNAME="],
  ["Claude by way of a cloud", '[env]\nCLAUDE_CODE_USE_BEDROCK = "1"\n', [], "claude has []"],
  ["Claude's version", "", ["--", "--version"], "claude has []"],
  ["a key helper", '[agents.claude.settings]\napiKeyHelper = "helper"\n', [], "claude has []"],
])("%s needs no credential", async (_, settings, words, said) => {
  using home = new Home();
  withClaude(home);
  home.settings(`bottle.backend = "smolvm"\n${settings}`);
  await using screen = open(home, words);
  await screen.until(said);
  expect(await screen.process.exited).toBe(0);
});

test.each([[["-p", "hello"]], [["hello", "--print"]], [[]], [["--continue"]]])("without a terminal and a credential Claude %p is refused in one line", async (words) => {
  using home = new Home();
  expect(await home.run(["run", "--", ...words])).toEqual({
    stdout: "",
    stderr: says("no credential", "claude-bottle login"),
    code: 1,
  });
  expect(home.verbs()).toEqual([]);
}); // prettier-ignore

test("one of Claude's own commands needs neither", async () => {
  using home = new Home();
  withClaude(home);
  expect(await home.run(["run", "--", "mcp", "list"])).toMatchObject({ code: 0 });
});

test("what pays is said before the session starts", async () => {
  using home = new Home();
  withClaude(home);
  await using screen = open(home, [], { ANTHROPIC_API_KEY: "sk-ant-api03-x" });
  await screen.until("claude-bottle: using ANTHROPIC_API_KEY from your environment");
  await screen.until("claude has");
  expect(screen.text.indexOf("using ANTHROPIC")).toBeLessThan(screen.text.indexOf("creating bottle"));
});
