import { UserError } from "../errors.ts";
import type { Credential } from "./plan.ts";
import { notAnAddress, passwordInAddress } from "./errors.ts";

/** Where Claude's requests go if the caller's ANTHROPIC_BASE_URL is not Anthropic's own. */
export type Gateway = {
  /** The URL for the guest, with the host's loopback under the name that it has in the guest. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Only with https can a credential be inserted on the network. */
  readonly encrypted: boolean;
  /** The guest reaches it through the host's loopback. */
  readonly loopback: boolean;
};

const anthropic = "api.anthropic.com";
const secretVariables = ["CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] as const;

/**
 * The variable that holds the value for a host program, until the prelude in the bottle gives it its own name. Programs obey variables by name
 * (LD_PRELOAD, TAR_OPTIONS, CONTAINERS_CONF), and a manifest chooses the names of its secrets.
 */
export const hostNameOf = (variable: string): string =>
  (secretVariables as readonly string[]).includes(variable) ? variable : `CLAUDE_BOTTLE_SECRET_${variable}`;

/** The variables that the prelude has to rename. */
export const renamedInside = (variables: readonly string[]): string[] =>
  variables.filter((variable) => hostNameOf(variable) !== variable);

/** `loopbackAddress`: how a guest of the backend reaches the host's loopback. Throws UserError for an invalid address. */
export function gatewayOf(env: Readonly<Record<string, string>>, loopbackAddress: string): Gateway | undefined {
  const text = env.ANTHROPIC_BASE_URL;
  if (!text) return undefined;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === "") throw notAnAddress(text);
  if (url.username || url.password) throw passwordInAddress();
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname) || url.hostname === loopbackAddress;
  if (loopback) url.hostname = loopbackAddress;
  const encrypted = url.protocol === "https:";
  const port = Number(url.port) || (encrypted ? 443 : 80);
  return { url: url.href.replace(/\/$/, ""), host: url.hostname, port, encrypted, loopback };
}

/** The hosts that Claude itself needs: its API or the gateway, and those of a login. */
export const claudeHosts = (gateway: Gateway | undefined): string[] =>
  gateway ? [gateway.host] : [anthropic, "platform.claude.com", "claude.ai", "claude.com"];

/** `broker`: whether the backend can insert a value on the network, which requires https. */
export const credentialsOf = (
  env: Readonly<Record<string, string>>,
  { gateway, broker }: { readonly gateway: Gateway | undefined; readonly broker: boolean },
): Credential[] => {
  const host = gateway?.host ?? anthropic;
  const onTheWire = broker && (gateway?.encrypted ?? true);
  return secretVariables
    .filter((variable) => env[variable])
    .map((variable) => ({ variable, host: onTheWire ? host : undefined }));
};

/** In the order in which Claude Code prefers them. */
const inForce = ["ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"] as const;
const kept = "/dev/shm/claude-bottle";

/**
 * Settings with which a background session takes its credential from where the prelude keeps the newest one, at each request (2.1.332; for
 * a key at most one request late). Its environment is that of the daemon, which the first session of the bottle started, whatever its
 * credential was. Empty where the user pays otherwise.
 */
export function credentialSettings(
  credentials: readonly Credential[],
  own: { readonly env: Readonly<Record<string, string>>; readonly settings: Readonly<Record<string, unknown>> },
): Record<string, unknown> {
  const variable = inForce.find((known) => credentials.some((credential) => credential.variable === known));
  const isPaidOtherwise = Object.keys(own.env).some((name) => name.startsWith("CLAUDE_CODE_USE_") || inForce.some((known) => known === name)); // prettier-ignore
  if (variable === undefined || isPaidOtherwise || "apiKeyHelper" in own.settings) return {};
  const none = Object.fromEntries(inForce.map((name) => [name, ""]));
  return variable === "CLAUDE_CODE_OAUTH_TOKEN"
    ? { env: { ...none, CLAUDE_SECURESTORAGE_CONFIG_DIR: kept } }
    : { apiKeyHelper: `cat ${kept}/key`, env: { ...none, CLAUDE_CODE_API_KEY_HELPER_TTL_MS: "1000" } };
}
