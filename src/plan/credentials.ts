import { UserError } from "../errors.ts";
import type { Credential } from "./plan.ts";
import { notAnAddress, passwordInAddress } from "./errors.ts";

/** Where Claude's requests go, when ANTHROPIC_BASE_URL of the caller names another place than Anthropic's own. */
export type Gateway = {
  /** As the guest is told, with the host's loopback under the name that the guest knows it by. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Over https a credential can be put in on the wire. */
  readonly encrypted: boolean;
  /** The guest reaches it through the host's own loopback. */
  readonly loopback: boolean;
};

const anthropic = "api.anthropic.com";
const secretVariables = ["CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] as const;

/**
 * The name under which a program of this machine holds the value, on its way into the bottle, where the prelude gives it its own name.
 * Programs obey variables by name (LD_PRELOAD, TAR_OPTIONS, CONTAINERS_CONF), and a manifest chooses the names of its secrets.
 */
export const hostNameOf = (variable: string): string =>
  (secretVariables as readonly string[]).includes(variable) ? variable : `CLAUDE_BOTTLE_SECRET_${variable}`;

/** Those that the prelude has to give their names. */
export const renamedInside = (variables: readonly string[]): string[] =>
  variables.filter((variable) => hostNameOf(variable) !== variable);

/** `loopbackAddress`: how a guest of the backend reaches the host's loopback. Throws UserError for an address that is none. */
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

/** What Claude itself needs to reach: its API, or the gateway in its place, and the hosts of a login. */
export const claudeHosts = (gateway: Gateway | undefined): string[] =>
  gateway ? [gateway.host] : [anthropic, "platform.claude.com", "claude.ai", "claude.com"];

/** `broker`: whether the backend can put a value in on the wire, which then takes https. */
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
