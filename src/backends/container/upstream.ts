import type { BottlePlan, NetworkPlan } from "../../plan/plan.ts";
import { type Upstream, upstreamOf } from "../../proxy/upstream.ts";

/** The proxy that this machine itself uses, in the form for a bottle's containers. */
export type HostProxy = {
  /** What gateway.pl reads; it may hold a password. */
  readonly lines: string;
  /** Hosts that are reached without it, in tinyproxy's notation. */
  readonly exempt: readonly string[];
};

type Env = Readonly<Record<string, string | undefined>>;

/** Undefined for a direct connection, and for a bottle without a list of hosts, whose programs use the proxy themselves. */
export function hostProxyOf(env: Env, { mode }: Pick<NetworkPlan, "mode">): HostProxy | undefined {
  if (mode !== "list") return undefined;
  const lines = ([["http", false], ["https", true]] as const).flatMap(([kind, isTunnel]) => {
    const proxy = plainProxy(env, isTunnel) ?? plainProxy(env, !isTunnel);
    return proxy ? [`${kind} ${proxy.host} ${proxy.port} ${proxy.authorization ?? ""}`.trimEnd()] : [];
  });
  return lines.length === 0 ? undefined : { lines: `${lines.join("\n")}\n`, exempt: exemptOf(env) };
} // prettier-ignore

/** tinyproxy supports one upstream proxy for all hosts. */
function plainProxy(env: Env, isTunnel: boolean): Upstream | undefined {
  const proxy = upstreamOf(env, "", isTunnel);
  return proxy?.isEncrypted ? undefined : proxy;
}

/** The variable of a proxy that is itself reached over TLS, which docker and podman bottles cannot use. */
export const encryptedProxy = (env: Env): string | undefined =>
  ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].find((name) => /^https:/i.test(env[name] ?? ""));

/** The ports of this machine's proxy if it is on the loopback. A container has another loopback. */
export const loopbackProxyPorts = (env: Env): number[] => [
  ...new Set(
    [true, false].flatMap((isTunnel) => {
      const { host = "", port = 0 } = upstreamOf(env, "", isTunnel) ?? {};
      return /^(localhost|127(\.\d+){3}|::1)$/.test(host) ? [port] : [];
    }),
  ),
];

/** Adds the ports on which programs of a bottle with an open network reach a proxy on the host's loopback. */
export function withProxyPorts(plan: BottlePlan, env: Env): BottlePlan {
  const ports = plan.network.mode === "open" && !plan.copied ? loopbackProxyPorts(env) : [];
  if (ports.length === 0) return plan;
  const hostPorts = [...new Set([...(plan.network.hostPorts ?? []), ...ports])];
  return { ...plan, network: { ...plan.network, hostPorts } };
}

/** A name matches itself and its subdomains, as in curl's NO_PROXY. */
const exemptOf = (env: Env): string[] =>
  (env.no_proxy || env.NO_PROXY || "").split(/[\s,]+/).flatMap((word) => {
    const name = word.toLowerCase().replace(/^\*?\./, "").replace(/:\d+$/, "");
    if (/^\d+(\.\d+){3}(\/\d+)?$/.test(name)) return [name];
    return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) ? [name, `.${name}`] : [];
  }); // prettier-ignore
