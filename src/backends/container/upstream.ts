import type { BottlePlan, NetworkPlan } from "../../plan/plan.ts";
import { type Upstream, upstreamOf } from "../../proxy/upstream.ts";

/** The proxy that this machine itself uses, as the containers beside a bottle get it. */
export type HostProxy = {
  /** What gateway.pl reads; it may hold a password. */
  readonly lines: string;
  /** Hosts that are reached without it, in tinyproxy's words. */
  readonly exempt: readonly string[];
};

type Env = Readonly<Record<string, string | undefined>>;

/** Undefined where the way is direct, and where the bottle has no list of hosts: then its programs ask the proxy themselves. */
export function hostProxyOf(env: Env, { mode }: Pick<NetworkPlan, "mode">): HostProxy | undefined {
  if (mode !== "list") return undefined;
  const lines = ([["http", false], ["https", true]] as const).flatMap(([kind, isTunnel]) => {
    const proxy = plainProxy(env, isTunnel) ?? plainProxy(env, !isTunnel);
    return proxy ? [`${kind} ${proxy.host} ${proxy.port} ${proxy.authorization ?? ""}`.trimEnd()] : [];
  });
  return lines.length === 0 ? undefined : { lines: `${lines.join("\n")}\n`, exempt: exemptOf(env) };
} // prettier-ignore

/** tinyproxy can ask one proxy for all. */
function plainProxy(env: Env, isTunnel: boolean): Upstream | undefined {
  const proxy = upstreamOf(env, "", isTunnel);
  return proxy?.isEncrypted ? undefined : proxy;
}

/** A proxy that is itself reached over TLS, by its variable; docker and podman bottles cannot ask it. */
export const encryptedProxy = (env: Env): string | undefined =>
  ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].find((name) => /^https:/i.test(env[name] ?? ""));

/** Where this machine's proxy is on its own loopback, of which a container has another one: its ports there. */
export const loopbackProxyPorts = (env: Env): number[] => [
  ...new Set(
    [true, false].flatMap((isTunnel) => {
      const { host = "", port = 0 } = upstreamOf(env, "", isTunnel) ?? {};
      return /^(localhost|127(\.\d+){3}|::1)$/.test(host) ? [port] : [];
    }),
  ),
];

/** With the ports by which the programs of a bottle with all of the network reach a proxy on the host's loopback. */
export function withProxyPorts(plan: BottlePlan, env: Env): BottlePlan {
  const ports = plan.network.mode === "open" && !plan.copied ? loopbackProxyPorts(env) : [];
  if (ports.length === 0) return plan;
  const hostPorts = [...new Set([...(plan.network.hostPorts ?? []), ...ports])];
  return { ...plan, network: { ...plan.network, hostPorts } };
}

/** A name stands for itself and all below it, as curl reads NO_PROXY. */
const exemptOf = (env: Env): string[] =>
  (env.no_proxy || env.NO_PROXY || "").split(/[\s,]+/).flatMap((word) => {
    const name = word.toLowerCase().replace(/^\*?\./, "").replace(/:\d+$/, "");
    if (/^\d+(\.\d+){3}(\/\d+)?$/.test(name)) return [name];
    return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) ? [name, `.${name}`] : [];
  }); // prettier-ignore
