import type { TerminalSize } from "../lib/terminal-size.ts";
import type { Agent } from "../manifest/schema/agent.ts";
import type { Gateway } from "./credentials.ts";
import type { BottlePlan, GuestUser, SessionPlan } from "./plan.ts";

export type SessionRequest = {
  readonly kind: SessionPlan["kind"];
  readonly command: readonly string[];
  /** Where in the project the session starts. */
  readonly directory: string;
  /** From the manifest and the agent. */
  readonly env: Readonly<Record<string, string>>;
  readonly hostEnv: Readonly<Record<string, string>>;
  readonly gateway: Gateway | undefined;
  /** Variables whose values never appear in an argv. */
  readonly secrets: readonly string[];
  readonly size: TerminalSize | undefined;
  /** The bottle's own user if undefined. */
  readonly user?: GuestUser | undefined;
  readonly shows?: string | undefined;
};

export const sessionUser = (bottle: BottlePlan): GuestUser => bottle.engine?.user ?? bottle.user;

const proxies = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
];

/** A session of a bottle. `bottle` is the plan that the bottle was created with, whatever the manifest says now. */
export function planSession(
  bottle: BottlePlan,
  { kind, command, directory, env, hostEnv, gateway, secrets, size, user = sessionUser(bottle), shows }: SessionRequest,
): SessionPlan {
  const passed = [...(bottle.network.mode === "off" ? [] : proxies), "TZ"].filter((name) => hostEnv[name]);
  // A proxy's address may contain a password, with or without a scheme before it.
  const isSecret = (name: string) => hostEnv[name]?.includes("@") ?? false;
  return {
    id: Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex"),
    bottle: bottle.name,
    kind,
    user,
    directory,
    env: {
      LANG: "C.UTF-8",
      ...Object.fromEntries(passed.flatMap((name) => (isSecret(name) ? [] : [[name, hostEnv[name]]]))),
      ...(size && { TERM: guestTerm(hostEnv.TERM), COLORTERM: "truecolor" }),
      // Outside tmux, Claude Code 2.1.332 asks the terminal questions that tmux does not answer. This value leads to no tmux server.
      ...(size && hostEnv.TMUX && { TMUX: "/dev/null,0,0" }),
      ...(gateway && { ANTHROPIC_BASE_URL: gateway.url }),
      // As root, Claude refuses to skip its questions unless it is told that it runs in a sandbox.
      ...(user.uid === 0 && { IS_SANDBOX: "1" }),
      ...gitEnv(bottle),
      ...certificateEnv(bottle),
      ...env,
      HOME: user.home,
      USER: user.name,
      LOGNAME: user.name,
    },
    secrets: [...secrets, ...passed.filter((name) => isSecret(name) && !(name in env))],
    command,
    size,
    shows,
  };
}

/**
 * The host's git settings, as the system configuration of the bottle: those of the bottle's home and of the repository override them. The
 * repositories belong to the caller, whoever owns the files in the bottle.
 */
const gitEnv = (bottle: BottlePlan): Record<string, string> => ({
  ...gitVariables([["safe.directory", "*"], ...(bottle.git?.overrides ?? [])]),
  ...(bottle.git && { GIT_CONFIG_SYSTEM: `${sessionUser(bottle).home}/${gitDirectory}/config` }),
});

/** Each tool has its own variable. All except Node's replace the tool's list. */
function certificateEnv(bottle: BottlePlan): Record<string, string> {
  if (!bottle.certificates) return {};
  const place = `${sessionUser(bottle).home}/.config/claude-bottle`;
  const all = `${place}/certificates.pem`;
  return {
    NODE_EXTRA_CA_CERTS: `${place}/extra-certificates.pem`,
    ...Object.fromEntries(["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO"].map((name) => [name, all])),
  };
} // prettier-ignore

const gitVariables = (settings: readonly (readonly [key: string, value: string])[]): Record<string, string> => ({
  GIT_CONFIG_COUNT: String(settings.length),
  ...Object.fromEntries(settings.flatMap(([key, value], index) => [[`GIT_CONFIG_KEY_${index}`, key], [`GIT_CONFIG_VALUE_${index}`, value]])),
}); // prettier-ignore

/** Relative to the home of the bottle's user. */
export const gitDirectory = ".config/claude-bottle/git";

/** Terminal names that every ordinary image knows; with an unknown one the agent could not draw. */
const guestTerm = (term = "") => (/^(xterm|tmux|screen)(-256color)?$/.test(term) ? term : "xterm-256color");

/** Whether the agent would start by asking for a login because it has no credential. */
export function asksForLogin(
  { command, args, settings, env }: Agent,
  { manifestEnv, rest, hasTerminal }: Start,
): boolean {
  const isPaidOtherwise = Object.keys({ ...manifestEnv, ...env }).some((name) => name.startsWith("CLAUDE_CODE_USE_"));
  if (!isClaude(command) || isPaidOtherwise || "apiKeyHelper" in settings) return false;
  if (rest.some((word) => /^(-v|--version|-h|--help)$/.test(word))) return false;
  // Without a terminal, a first argument that is no option may be a subcommand of Claude, such as mcp.
  const [first = "-p"] = [...args, ...rest];
  return hasTerminal || first.startsWith("-") || rest.some((word) => /^(-p|--print)$/.test(word));
}

type Start = {
  readonly manifestEnv: Readonly<Record<string, string>>;
  readonly rest: readonly string[];
  readonly hasTerminal: boolean;
};

export const isClaude = (command: string) => command.split("/").at(-1) === "claude";

/** The agent's command, with what the isolation allows: inside a VM Claude need not ask before each step. */
export function agentCommand(
  agent: Agent,
  options: {
    promptFile: string | undefined;
    /** The user's own settings; the agent's override them. */
    settings: Readonly<Record<string, unknown>>;
    skipPermissions: boolean;
    rest: readonly string[];
  },
): string[] {
  const { prompt, "mcp-servers": servers } = agent;
  const settings = isClaude(agent.command) ? laidOver(options.settings, agent.settings) : agent.settings;
  return [
    agent.command,
    ...(isClaude(agent.command) && options.skipPermissions ? ["--dangerously-skip-permissions"] : []),
    ...(options.promptFile === undefined ? [] : ["--append-system-prompt-file", options.promptFile]),
    ...(prompt === undefined ? [] : ["--append-system-prompt", prompt]),
    ...(Object.keys(settings).length === 0 ? [] : ["--settings", JSON.stringify(settings)]),
    // As a separate argument, the option would also take the arguments after it.
    ...(Object.keys(servers).length === 0
      ? []
      : [`--mcp-config=${JSON.stringify({ mcpServers: serversOf(servers) })}`]),
    ...agent.args,
    ...options.rest,
  ];
}

/** Of a person's own arguments for Claude Code, those that say how to work, and not on what. */
export const lastingOptions = (words: readonly string[]): string[] =>
  words.filter(
    (word, at) =>
      /^--(dangerously-skip-permissions$|(model|permission-mode)(=|$))/.test(word) ||
      /^--(model|permission-mode)$/.test(words[at - 1] ?? ""),
  );

type Settings = Readonly<Record<string, unknown>>;

const laidOver = (below: Settings, above: Settings): Settings => ({
  ...below,
  ...above,
  ...("env" in below && { env: { ...Object(below.env), ...Object(above.env) } }),
});

const serversOf = (servers: Agent["mcp-servers"]) =>
  Object.fromEntries(
    Object.entries(servers).map(([name, { url, type = "http", headers, command, args, env }]) => [
      name,
      url === undefined ? { command, args, env } : { type, url, headers },
    ]),
  );
