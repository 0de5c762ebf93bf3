/** The proxy that the host itself uses. */
export type Upstream = {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly authorization: string | undefined;
};

/** From HTTP_PROXY, HTTPS_PROXY and NO_PROXY, read as curl reads them; undefined for a direct connection. */
export function upstreamOf(
  env: Readonly<Record<string, string | undefined>>,
  host: string,
  isTunnel: boolean,
): Upstream | undefined {
  const variable = (name: string) => env[name.toLowerCase()] || env[name] || "";
  if (isExempt(variable("NO_PROXY"), host)) return undefined;
  const text = variable(isTunnel ? "HTTPS_PROXY" : "HTTP_PROXY");
  const url = text === "" ? null : URL.parse(text.includes("://") ? text : `http://${text}`);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  const isEncrypted = url.protocol === "https:";
  const password =
    url.username && Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (isEncrypted ? 443 : 80),
    isEncrypted,
    authorization: password ? `Basic ${password.toString("base64")}` : undefined,
  };
}

const isExempt = (list: string, host: string): boolean =>
  list.split(/[\s,]+/).some((word) => {
    const suffix = word.toLowerCase().replace(/^\*?\./, "");
    return suffix === "*" || (suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`)));
  });
