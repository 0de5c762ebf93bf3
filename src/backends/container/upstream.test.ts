import { expect, test } from "bun:test";
import { encryptedProxy, hostProxyOf, loopbackProxyPorts } from "./upstream.ts";

const list = { mode: "list" } as const;

test.each([
  ["no proxy", {}, undefined],
  ["one for tunnels serves all", { HTTPS_PROXY: "http://p:3128" }, { lines: "http p 3128\nhttps p 3128\n", exempt: [] }],
  ["one for each", { http_proxy: "a:1", https_proxy: "b:2" }, { lines: "http a 1\nhttps b 2\n", exempt: [] }],
  ["one for all kinds", { ALL_PROXY: "http://p:1" }, { lines: "http p 1\nhttps p 1\n", exempt: [] }],
  ["with a password", { HTTPS_PROXY: "http://ann:p%40ss@p:1" }, { lines: "http p 1 Basic YW5uOnBAc3M=\nhttps p 1 Basic YW5uOnBAc3M=\n", exempt: [] }],
  ["with exceptions", { HTTPS_PROXY: "p:1", NO_PROXY: "a.org,.b.org *.c.org 10.0.0.0/8 d.org:443 bad\"name" }, { lines: "http p 1\nhttps p 1\n", exempt: ["a.org", ".a.org", "b.org", ".b.org", "c.org", ".c.org", "10.0.0.0/8", "d.org", ".d.org"] }],
  ["with no host left", { HTTPS_PROXY: "p:1", NO_PROXY: "*" }, undefined],
  ["over TLS", { HTTPS_PROXY: "https://p" }, undefined],
] as const)("the proxy beside a bottle asks the host's own one: %s", (_, env, expected) => {
  expect(hostProxyOf(env, list)).toEqual(expected as never);
  expect(hostProxyOf(env, { mode: "open" })).toBeUndefined();
}); // prettier-ignore

test("a proxy over TLS is told of", () => {
  expect(encryptedProxy({ HTTPS_PROXY: "https://p" })).toBe("HTTPS_PROXY");
  expect(encryptedProxy({ HTTPS_PROXY: "http://p" })).toBeUndefined();
});

test.each([
  [{ HTTPS_PROXY: "http://127.0.0.1:3128", http_proxy: "localhost:8080" }, [3128, 8080]],
  [{ HTTPS_PROXY: "http://[::1]:3128" }, [3128]],
  [{ HTTPS_PROXY: "http://proxy:3128" }, []],
])("%p is on the loopback at %p", (env, ports) => expect(loopbackProxyPorts(env)).toEqual(ports));
