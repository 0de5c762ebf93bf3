import { lookup } from "node:dns/promises";
import { BlockList, connect, isIP, type Socket } from "node:net";
import { parseRequest, type Plain, type Request } from "./request.ts";
import { upstreamOf } from "./upstream.ts";

export type Way = {
  readonly allows: (host: string, port: number) => boolean;
  readonly onDenied: (target: string) => void;
  /** The host's environment, for its own proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

const headWithinMs = 30_000;
const connectedWithinMs = 60_000;

/** Serves one connection of a client: a tunnel, or one plain request. */
export function serve(client: Socket, way: Way): void {
  let bytes: Buffer = Buffer.alloc(0);
  client.on("error", () => client.destroy());
  client.setTimeout(headWithinMs, () => client.destroy());
  const read = (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const request = parseRequest(bytes);
    if (request === undefined) return;
    client.off("data", read);
    client.pause();
    client.setTimeout(0);
    if (typeof request === "string") refuse(client, request);
    else void answer(client, request, way);
  };
  client.on("data", read);
}

async function answer(client: Socket, request: Request, way: Way): Promise<void> {
  const { host, port, plain } = request;
  if (!way.allows(host, port)) {
    way.onDenied(`${host}:${port}`);
    return refuse(client, "403 Forbidden", `${host}:${port} is not on the list of this bottle\n`);
  }
  try {
    const upstream = upstreamOf(way.env, host, plain === undefined);
    const server = upstream
      ? await reach({ host: upstream.host, port: upstream.port, isEncrypted: upstream.isEncrypted })
      : await reach({ host: await addressOf(host), port, isEncrypted: false });
    const further = upstream?.authorization === undefined ? [] : [`Proxy-Authorization: ${upstream.authorization}`];
    if (plain) return forward(client, server, request, plain, upstream ? `http://${host}:${port}` : "", further);
    if (upstream)
      server.write([`CONNECT ${host}:${port} HTTP/1.1`, `Host: ${host}:${port}`, ...further, "", ""].join("\r\n"));
    else client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (request.rest.length > 0) server.write(request.rest);
    join(client, server);
  } catch (error) {
    refuse(client, "502 Bad Gateway", `${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** Addresses whose services are private to this machine: its loopback and link-local addresses. */
const own = new BlockList();
for (const [network, prefix] of [["0.0.0.0", 8], ["127.0.0.0", 8], ["169.254.0.0", 16]] as const) own.addSubnet(network, prefix, "ipv4"); // prettier-ignore
for (const [network, prefix] of [["::", 128], ["::1", 128], ["fe80::", 10]] as const) own.addSubnet(network, prefix, "ipv6"); // prettier-ignore

/** A host name on the list may resolve to such an address if the owner of the name wants it to. An address on the list was the user's choice. */
export const isOwnAddress = (address: string): boolean => own.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/** Throws if the name resolves to this machine. */
async function addressOf(host: string): Promise<string> {
  if (isIP(host) || host === "localhost") return host;
  const found = await lookup(host, { all: true });
  const [first] = found.filter(({ address }) => !isOwnAddress(address));
  if (!first) throw new Error(`${host} leads to this machine itself`);
  return first.address;
}

/** Sends the head and a body of exactly its length. The end of the answer closes the connection. */
function forward(
  client: Socket,
  server: Socket,
  { host, port, rest }: Request,
  plain: Plain,
  prefix: string,
  further: readonly string[],
): void {
  const named = plain.headers.filter((line) => !/^host:/i.test(line));
  const authority = port === 80 ? host : `${host}:${port}`;
  server.write(
    [
      `${plain.method} ${prefix}${plain.path} HTTP/1.1`,
      `Host: ${authority}`,
      ...named,
      ...further,
      "Connection: close",
      "",
      "",
    ].join("\r\n"),
    "latin1",
  );
  let left = plain.length;
  const pass = (chunk: Buffer) => {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (part.length > 0 && !server.write(part)) {
      client.pause();
      server.once("drain", () => client.resume());
    }
  };
  pass(rest);
  client.on("data", pass);
  client.on("close", () => server.destroy());
  server.on("error", () => client.destroy());
  server.on("close", () => client.destroySoon());
  server.pipe(client);
  client.resume();
}

/** Passes the end of each side on to the other; an error ends both. */
function join(client: Socket, server: Socket): void {
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroySoon());
    one.pipe(other);
  }
}

type Place = { readonly host: string; readonly port: number; readonly isEncrypted: boolean };

async function reach({ host, port, isEncrypted }: Place): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const options = { host, port, allowHalfOpen: true, noDelay: true };
  const socket = isEncrypted
    ? (await import("node:tls")).connect({ ...options, servername: host }, () => resolve(socket))
    : connect(options, () => resolve(socket));
  const late = setTimeout(() => socket.destroy(new Error(`${host} does not answer`)), connectedWithinMs);
  socket.once("error", reject);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    socket.off("error", reject);
  }
}

function refuse(client: Socket, status: string, text = ""): void {
  client.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
