/** A client's request, parsed from the first bytes of its connection. */
export type Request = {
  readonly host: string;
  readonly port: number;
  /** Undefined for a tunnel (CONNECT). */
  readonly plain: Plain | undefined;
  /** Bytes that came after the request's head. */
  readonly rest: Buffer;
};

/** A plain request: method, path and header lines, without those meant for the proxy. */
export type Plain = {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  /** The length of its body in bytes. */
  readonly length: number;
};

export const longestHead = 64 * 1024;

/** Undefined until the head is complete; a string says what is wrong with it. */
export function parseRequest(bytes: Buffer): Request | string | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return bytes.length > longestHead ? "431 Request Header Fields Too Large" : undefined;
  const [line = "", ...headers] = bytes.toString("latin1", 0, end).split("\r\n");
  const rest = bytes.subarray(end + 4);
  const [method = "", target = "", version = "", extra] = line.split(" ");
  if (!/^[A-Z]{3,16}$/.test(method) || !/^HTTP\/1\.[01]$/.test(version) || extra !== undefined) return bad;
  if (method === "CONNECT") {
    const [, host, port] = /^([A-Za-z0-9._-]+):(\d{1,5})$/.exec(target) ?? [];
    return host === undefined || !isPort(port)
      ? bad
      : { host: host.toLowerCase(), port: Number(port), plain: undefined, rest };
  }
  const [, host, port = "80", path = ""] =
    /^http:\/\/([A-Za-z0-9._-]+)(?::(\d{1,5}))?((?:\/|\?)[\x21-\x7e]*)?$/i.exec(target) ?? [];
  if (host === undefined || !isPort(port)) return bad;
  const plain = plainRequest(method, path.startsWith("/") ? path : `/${path}`, headers);
  return typeof plain === "string" ? plain : { host: host.toLowerCase(), port: Number(port), plain, rest };
}

const bad = "400 Bad Request";
const isPort = (text: string | undefined) => Number(text) > 0 && Number(text) < 65536;

/** Refuses a request whose end is not certain: an upstream proxy could take what follows as another request. */
function plainRequest(method: string, path: string, lines: readonly string[]): Plain | string {
  if (!lines.every((line) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\0\r\n]*$/.test(line))) return bad;
  const nameOf = (line: string) => line.slice(0, line.indexOf(":")).toLowerCase();
  const valuesOf = (name: string) =>
    lines.filter((line) => nameOf(line) === name).map((line) => line.slice(name.length + 1).trim());
  if (valuesOf("transfer-encoding").length > 0) return "411 Length Required";
  const [length = "0", ...others] = valuesOf("content-length");
  if (!/^\d{1,15}$/.test(length) || others.length > 0) return bad;
  const headers = lines.filter(
    (line) =>
      !["connection", "proxy-connection", "proxy-authorization", "keep-alive", "upgrade"].includes(nameOf(line)),
  );
  return { method, path, headers, length: Number(length) };
}
