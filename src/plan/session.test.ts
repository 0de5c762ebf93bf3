import { credentialSettings } from "./credentials.ts";
import { expect, test } from "bun:test";
import type { BottlePlan } from "./plan.ts";
import { agentCommand, lastingOptions, planSession } from "./session.ts";

const bottle: BottlePlan = {
  name: "cb-shop-0", backend: "smolvm", directory: "/home/ann/shop", image: "debian", cpus: 2, memoryMiB: 4096,
  user: { name: "ann", uid: 1000, gid: 1000, home: "/home/ann" },
  mounts: [],
  network: { mode: "list", hosts: [] }, credentials: [{ variable: "ANTHROPIC_API_KEY", host: undefined }],
}; // prettier-ignore
const request = {
  kind: "agent",
  command: ["claude"],
  directory: "/home/ann/shop",
  env: {},
  hostEnv: {},
  gateway: undefined,
  secrets: ["ANTHROPIC_API_KEY"],
  size: { rows: 24, columns: 80 },
} as const;

test("the identity wins over the manifest, the manifest over what is passed through", () => {
  const hostEnv = { HTTPS_PROXY: "http://proxy:1", TERM: "tmux-256color", SECRET: "x", HOME: "/host" };
  const { env, secrets } = planSession(bottle, { ...request, hostEnv, env: { TERM: "dumb", A: "1" } });
  expect(env).toEqual({
    LANG: "C.UTF-8",
    HTTPS_PROXY: "http://proxy:1",
    TERM: "dumb",
    COLORTERM: "truecolor",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
    A: "1",
    HOME: "/home/ann",
    USER: "ann",
    LOGNAME: "ann",
  });
  expect(secrets).toEqual(["ANTHROPIC_API_KEY"]);
});

test("programs find this machine's extra certificates, unless the manifest names others", () => {
  const { env } = planSession({ ...bottle, certificates: "PEM" }, { ...request, env: { CURL_CA_BUNDLE: "/own.pem" } });
  const all = "/home/ann/.config/claude-bottle/certificates.pem";
  expect(env).toMatchObject({
    NODE_EXTRA_CA_CERTS: "/home/ann/.config/claude-bottle/extra-certificates.pem",
    SSL_CERT_FILE: all,
    REQUESTS_CA_BUNDLE: all,
    GIT_SSL_CAINFO: all,
    CURL_CA_BUNDLE: "/own.pem",
  });
  expect(planSession({ ...bottle, certificates: "" }, request).env).not.toHaveProperty("SSL_CERT_FILE");
});

test("a proxy's password stands in no argv", () => {
  const hostEnv = {
    HTTPS_PROXY: "http://ann:secret@proxy:1",
    http_proxy: "http://ann@proxy:1",
    NO_PROXY: "b",
    no_proxy: "ann:secret@b",
  };
  const { env, secrets } = planSession(bottle, { ...request, hostEnv, env: { http_proxy: "http://own:1" } });
  expect([env.HTTPS_PROXY, env.http_proxy, env.NO_PROXY]).toEqual([undefined, "http://own:1", "b"]);
  expect(secrets).toEqual(["ANTHROPIC_API_KEY", "HTTPS_PROXY", "no_proxy"]);
});

test("a bottle without a network is not told of a proxy", () => {
  const hostEnv = { HTTPS_PROXY: "http://ann:secret@proxy:1", TZ: "UTC" };
  const { env, secrets } = planSession({ ...bottle, network: { mode: "off", hosts: [] } }, { ...request, hostEnv });
  expect([env.HTTPS_PROXY, env.TZ, secrets]).toEqual([undefined, "UTC", ["ANTHROPIC_API_KEY"]]);
});

test.each([
  ["tmux-256color", "tmux-256color"],
  ["xterm-kitty", "xterm-256color"],
  ["", "xterm-256color"],
])("TERM %p is %p in the guest", (TERM, expected) => {
  expect(planSession(bottle, { ...request, hostEnv: { TERM } }).env.TERM).toBe(expected);
});

test("without a terminal there is no TERM", () => {
  expect(planSession(bottle, { ...request, size: undefined }).env).not.toHaveProperty("TERM");
});

const bare = { args: [], settings: {}, "mcp-servers": {}, env: {} };

test.each([
  [
    "claude in a VM",
    { ...bare, command: "claude" },
    { settings: {}, promptFile: undefined, skipPermissions: true, rest: ["-c"] },
    "claude --dangerously-skip-permissions -c",
  ],
  [
    "claude elsewhere",
    { ...bare, command: "claude", args: ["--x"] },
    { settings: {}, promptFile: "/p", skipPermissions: false, rest: [] },
    "claude --append-system-prompt-file /p --x",
  ],
  [
    "claude with all that an agent may have",
    {
      ...bare,
      command: "claude",
      args: ["--model", "opus"],
      prompt: "Be kind.",
      settings: { hooks: {} },
      "mcp-servers": {
        a: { command: "x", args: ["y"], env: {}, headers: {} },
        b: { url: "https://b", args: [], env: {}, headers: { H: "v" } },
      },
    },
    { settings: {}, promptFile: undefined, skipPermissions: false, rest: ["go"] },
    'claude --append-system-prompt Be kind. --settings {"hooks":{}} --mcp-config={"mcpServers":{"a":{"command":"x","args":["y"],"env":{}},"b":{"type":"http","url":"https://b","headers":{"H":"v"}}}} --model opus go',
  ],
  [
    "another program",
    { ...bare, command: "/bin/bash", args: ["-l"] },
    { settings: {}, promptFile: undefined, skipPermissions: true, rest: ["a b"] },
    "/bin/bash -l a b",
  ],
])("%s", (_, agent, options, line) => expect(agentCommand(agent, options).join(" ")).toBe(line));

const blank = { ANTHROPIC_AUTH_TOKEN: "", ANTHROPIC_API_KEY: "", CLAUDE_CODE_OAUTH_TOKEN: "" };
const byKey = {
  apiKeyHelper: "cat /dev/shm/claude-bottle/key",
  env: { ...blank, CLAUDE_CODE_API_KEY_HELPER_TTL_MS: "1000" },
};
const byStore = { env: { ...blank, CLAUDE_SECURESTORAGE_CONFIG_DIR: "/dev/shm/claude-bottle" } };

test.each([
  ["no credential", [], {}, {}],
  ["an API key", ["ANTHROPIC_API_KEY", "GITHUB_TOKEN"], {}, byKey],
  ["a gateway's token", ["ANTHROPIC_AUTH_TOKEN"], {}, byKey],
  ["a subscription", ["CLAUDE_CODE_OAUTH_TOKEN"], {}, byStore],
  ["both, of which Claude Code obeys the key", ["CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_API_KEY"], {}, byKey],
  ["a cloud's own login", ["ANTHROPIC_API_KEY"], { env: { CLAUDE_CODE_USE_BEDROCK: "1" } }, {}],
  ["a value of the manifest's", ["ANTHROPIC_API_KEY"], { env: { ANTHROPIC_API_KEY: "x" } }, {}],
  ["a helper of the user's", ["ANTHROPIC_API_KEY"], { settings: { apiKeyHelper: "x" } }, {}],
])("a background session's credential is read again at each request: %s", (_, variables, own, settings) => {
  const credentials = variables.map((variable) => ({ variable, host: undefined }));
  expect(credentialSettings(credentials, { env: {}, settings: {}, ...own })).toEqual(settings);
});

test("what is said of how to work outlasts a terminal, and what to work on does not", () => {
  const words = ["--model", "opus", "--permission-mode=plan", "--resume", "x", "--dangerously-skip-permissions", "go"];
  expect(lastingOptions(words).join(" ")).toBe("--model opus --permission-mode=plan --dangerously-skip-permissions");
});

test("an agent's own settings lie over ours, variable by variable", () => {
  const agent = { ...bare, command: "claude", settings: { env: { A: "1" } } };
  const options = { settings: { env: { A: "0", B: "2" } }, promptFile: undefined, skipPermissions: false, rest: [] };
  expect(agentCommand(agent, options).at(-1)).toBe('{"env":{"A":"1","B":"2"}}');
});
