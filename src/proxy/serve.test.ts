import { afterAll, beforeAll, expect, test } from "bun:test";
import { type AddressInfo, createServer, connect, type Server } from "node:net";
import { isOwnAddress, serve, type Way } from "./serve.ts";

const target = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: async (request) => new Response(`${request.method} ${request.headers.get("host")} ${await request.text()}`),
});
const servers: Server[] = [];
const asked: string[] = [];

/** A proxy, and what it refused. */
async function proxy(way: Partial<Way> = {}) {
  const denied: string[] = [];
  const allows = (host: string, port: number) => (asked.push(`${host}:${port}`), true);
  const server = createServer({ allowHalfOpen: true }, (client) => serve(client, { allows, onDenied: (name) => denied.push(name), env: {}, ...way })); // prettier-ignore
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, denied };
}

/** All that comes back for these bytes. */
async function exchange(port: number, bytes: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let heard = "";
  const client = connect({ port, host: "127.0.0.1" }, () => client.write(bytes));
  client.on("data", (chunk) => void (heard += chunk.toString()));
  client.on("error", reject);
  client.on("close", () => resolve(heard));
  return await promise;
}

let place: string;
beforeAll(() => void (place = `127.0.0.1:${target.port}`));
afterAll(async () => {
  for (const server of servers) server.close();
  await target.stop(true);
});
const get = "GET / HTTP/1.1\r\nHost: inner\r\nConnection: close\r\n\r\n";

test("a tunnel carries both ways", async () => {
  const { port } = await proxy();
  const heard = await exchange(port, `CONNECT ${place} HTTP/1.1\r\n\r\n${get}`);
  expect(heard).toStartWith("HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n");
  expect(heard).toEndWith("GET inner ");
});

test("a plain request goes to the host of its address, with its body and nothing behind that", async () => {
  const { port } = await proxy();
  const request = `POST http://${place}/x HTTP/1.1\r\nHost: other\r\nContent-Length: 3\r\n\r\nabcGET http://evil/ HTTP/1.1\r\n\r\n`;
  const heard = await exchange(port, request);
  expect(heard.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(heard).toEndWith(`POST ${place} abc`);
});

test("the host's own proxy is on the way, with its password and one request a connection", async () => {
  const outer = await proxy();
  const env = { HTTP_PROXY: `http://a:b@127.0.0.1:${outer.port}`, HTTPS_PROXY: `http://127.0.0.1:${outer.port}` };
  const { port } = await proxy({ env });
  asked.length = 0;
  expect(await exchange(port, `CONNECT ${place} HTTP/1.1\r\n\r\n${get}`)).toEndWith("GET inner ");
  expect(await exchange(port, `GET http://${place}/ HTTP/1.1\r\n\r\nGET http://evil/ HTTP/1.1\r\n\r\n`)).toEndWith(`GET ${place} `);
  expect(asked).toEqual([place, place, place, place]);
}); // prettier-ignore

test("what is not allowed is refused and noted, before a name is looked up", async () => {
  const { port, denied } = await proxy({ allows: () => false });
  expect(await exchange(port, "CONNECT a.invalid:443 HTTP/1.1\r\n\r\n")).toStartWith("HTTP/1.1 403 Forbidden\r\n");
  expect(await exchange(port, "GET http://a.invalid/secret HTTP/1.1\r\n\r\n")).toStartWith("HTTP/1.1 403 Forbidden\r\n");
  expect(denied).toEqual(["a.invalid:443", "a.invalid:80"]);
}); // prettier-ignore

test("a name that leads to this machine, or nowhere, is a bad gateway", async () => {
  const { port } = await proxy();
  for (const host of ["localhost.localdomain", "a.invalid"])
    expect(await exchange(port, `CONNECT ${host}:${target.port} HTTP/1.1\r\n\r\n`)).toStartWith("HTTP/1.1 502 Bad Gateway\r\n"); // prettier-ignore
});

test("a server that does not listen is a bad gateway, and nonsense a bad request", async () => {
  const { port } = await proxy();
  expect(await exchange(port, "CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n")).toStartWith("HTTP/1.1 502 Bad Gateway\r\n");
  expect(await exchange(port, "\x16\x03\x01\r\n\r\n")).toStartWith("HTTP/1.1 400 Bad Request\r\n");
});

test.each([
  ["127.0.0.1", true], ["127.9.9.9", true], ["0.0.0.0", true], ["169.254.169.254", true], ["::1", true], ["::", true], ["fe80::1", true], ["::ffff:127.0.0.1", true],
  ["10.0.0.1", false], ["93.184.216.34", false], ["2606:2800::1", false],
] as const)("%s is this machine's own: %p", (address, own) => expect(isOwnAddress(address)).toBe(own)); // prettier-ignore
