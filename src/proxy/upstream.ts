/** The proxy that the host itself uses. */
export type Upstream = {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly authorization: string | undefined;
};

/** From HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, read as curl reads them; undefined for a direct connection. */
export function upstreamOf(
  env: Readonly<Record<string, string | undefined>>,
  host: string,
  isTunnel: boolean,
): Upstream | undefined {
  const variable = (name: string) => env[name.toLowerCase()] || env[name] || "";
  if (isExempt(variable("NO_PROXY"), host)) return undefined;
  const text = variable(isTunnel ? "HTTPS_PROXY" : "HTTP_PROXY") || variable("ALL_PROXY");
  const url = text === "" ? null : URL.parse(text.includes("://") ? text : `http://${text}`);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  const isEncrypted = url.protocol === "https:";
  const password = url.username && Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (isEncrypted ? 443 : 80),
    isEncrypted,
    authorization: password ? `Basic ${password.toString("base64")}` : undefined,
  };
}

/** A password may hold a bare `%`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const isExempt = (list: string, host: string): boolean =>
  list.split(/[\s,]+/).some((word) => {
    const suffix = word.toLowerCase().replace(/^\*?\./, "").replace(/:\d+$/, "");
    return suffix === "*" || (suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`) || isWithin(host, suffix)));
  }); // prettier-ignore

/** Whether an address is in a range, as `10.0.0.0/8`. */
function isWithin(host: string, range: string): boolean {
  const [start = "", bits = ""] = range.split("/");
  const [address, first] = [numberOf(host), numberOf(start)];
  if (address === undefined || first === undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(first / size);
}

const numberOf = (address: string): number | undefined =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(address) ? address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0) : undefined; // prettier-ignore
