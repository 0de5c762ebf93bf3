import type { BottlePlan, NetworkPlan } from "../plan/plan.ts";

// For bottles whose only way out is a proxy on their own loopback.

export const proxyPort = 3128;

/** The variables by which programs in the bottle find the proxy. */
export function proxyEnv({ network }: BottlePlan): Record<string, string> {
  if (network.mode !== "list") return {};
  const url = `http://127.0.0.1:${proxyPort}`;
  const none = "localhost,127.0.0.1,::1";
  // Node's own fetch uses the proxy only if told to.
  return {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    http_proxy: url,
    https_proxy: url,
    NO_PROXY: none,
    no_proxy: none,
    NODE_USE_ENV_PROXY: "1",
  };
}

/**
 * Extended regular expressions, one per line, for requests to the proxy: `host:port` of a tunnel, or a complete http:// address. Allows ports 80 and
 * 443, and nothing before the host that another program could read as a user.
 */
export function filterOf({ hosts, furtherPort }: NetworkPlan): string {
  const ports = ["80", "443", ...(furtherPort === undefined ? [] : [furtherPort])].join("|");
  // An empty file would mean no filter at all.
  return hosts.length === 0
    ? "^-$"
    : hosts.map((host) => `^(http://)?${hostPattern(host)}(:(${ports}))?(/|$)`).join("\n");
}

function hostPattern(host: string): string {
  const [start = "", bits] = host.split("/");
  if (bits !== undefined) return rangePattern(start.split(".").map(Number), Number(bits));
  const plain = host.replace(/^\*\./, "").replaceAll(".", "\\.");
  return host.startsWith("*.") ? `[a-z0-9_.-]+\\.${plain}` : plain;
}

/** Matches the addresses of a range in their written form, but no host name that resolves to one of them. */
function rangePattern(start: readonly number[], bits: number): string {
  return start
    .map((octet, index) => {
      const free = Math.min(8, Math.max(0, 8 * (index + 1) - bits));
      if (free === 8) return "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
      const first = octet - (octet % 2 ** free);
      const numbers = Array.from({ length: 2 ** free }, (_, step) => first + step);
      return numbers.length === 1 ? String(first) : `(${numbers.join("|")})`;
    })
    .join("\\.");
}
