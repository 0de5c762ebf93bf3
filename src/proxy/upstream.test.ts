import { expect, test } from "bun:test";
import { upstreamOf } from "./upstream.ts";

const plain = { isEncrypted: false, authorization: undefined };

test.each([
  ["none", {}, true, undefined],
  ["for tunnels", { HTTPS_PROXY: "http://p:3128" }, true, { host: "p", port: 3128, ...plain }],
  ["for tunnels alone", { HTTPS_PROXY: "http://p:3128" }, false, undefined],
  ["for plain requests", { http_proxy: "p:8080" }, false, { host: "p", port: 8080, ...plain }],
  ["with a password", { https_proxy: "http://a:b%20c@p" }, true, { host: "p", port: 80, isEncrypted: false, authorization: "Basic YTpiIGM=" }],
  ["over TLS", { HTTPS_PROXY: "https://p" }, true, { host: "p", port: 443, isEncrypted: true, authorization: undefined }],
  ["but not for that host", { HTTPS_PROXY: "http://p", NO_PROXY: "x, .a.org" }, true, undefined],
  ["but for no host", { HTTPS_PROXY: "http://p", no_proxy: "*" }, true, undefined],
  ["for all", { ALL_PROXY: "http://p:1" }, true, { host: "p", port: 1, ...plain }],
  ["with a bare % in its password", { https_proxy: "http://a:5%@p" }, true, { host: "p", port: 80, isEncrypted: false, authorization: "Basic YTo1JQ==" }],
  ["but not for that host and port", { HTTPS_PROXY: "http://p", NO_PROXY: "a.org:443" }, true, undefined],
  ["of another kind", { HTTPS_PROXY: "socks5://p" }, true, undefined],
] as const)("the host's own proxy: %s", (_, env, isTunnel, expected) => {
  expect(upstreamOf(env, "www.a.org", isTunnel)).toEqual(expected as never);
}); // prettier-ignore

test.each([
  ["10.1.2.3", "10.0.0.0/8", true],
  ["11.1.2.3", "10.0.0.0/8", false],
  ["192.168.5.5", "x,192.168.4.0/22", true],
  ["10.1.2.3", "10.0.0.0/99", false],
])("%s with NO_PROXY=%s is reached directly: %p", (host, list, isDirect) =>
  expect(upstreamOf({ HTTPS_PROXY: "http://p", NO_PROXY: list }, host, true) === undefined).toBe(isDirect),
);
