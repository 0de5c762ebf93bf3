// Not net.isIPv4: loading node:net costs a start 45 ms (Bun 1.4.5).
const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
const address = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
const prefix = /^(?:[1-9]|[12][0-9]|3[0-2])$/;
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** A host name, a `*.name` pattern, an IPv4 address or an IPv4 range. */
export function isHost(text: string): boolean {
  const [start = "", bits, ...rest] = text.split("/");
  if (bits !== undefined) return rest.length === 0 && address.test(start) && prefix.test(bits);
  return address.test(text) || isHostName(text.replace(/^\*\./, ""));
}

function isHostName(text: string): boolean {
  const labels = text.split(".");
  // A name whose last label is a number is read as an address, and this is not a valid one.
  return text.length <= 253 && labels.every((part) => label.test(part)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

/** An address with more than a host: `https://example.org`, `example.org:443`, `example.org/path`. */
export function hasMoreThanHost(text: string): boolean {
  const [start = "", ...path] = text.split("/");
  return /^[^:]*:\d*$|@/.test(start) || (path.length > 0 && /[a-z]/i.test(start));
}
