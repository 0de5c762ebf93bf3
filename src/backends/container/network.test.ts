import { describe, expect, test } from "bun:test";
import type { BottlePlan } from "../../plan/plan.ts";
import { filterOf } from "../host-filter.ts";
import { parseDenied, partsOf } from "./network.ts";

const passes = (filter: string, target: string) =>
  filter.split("\n").some((line) => new RegExp(line, "i").test(target));
const filter = filterOf({ mode: "list", hosts: ["a.org", "*.b.org", "10.1.2.3", "10.20.0.0/14"] });

describe("what the proxy lets through", () => {
  test.each(["a.org:443", "A.org:443", "http://a.org/x?y", "http://a.org:80/", "http://a.org", "x.b.org:443", "x.y.b.org:443", "10.1.2.3:443", "10.20.0.1:80", "10.23.255.255:443"])("%s", (target) => expect(passes(filter, target)).toBe(true)); // prettier-ignore

  test.each(["a.org:22", "a.org:4433", "xa.org:443", "a.org.evil.org:443", "aXorg:443", "b.org:443", "http://a.org@evil.org/", "http://a.org:80@evil.org/", "http://evil.org/a.org", "http://evil.org/http://a.org/", "evil.org:443/a.org", "10.1.2.30:443", "10.24.0.0:443", "10.19.255.255:443", "http://x.b.org:443@evil.org/", "http://evil.org#.b.org/"])("and not %s", (target) => expect(passes(filter, target)).toBe(false)); // prettier-ignore

  test("nothing at all, without hosts", () => {
    const none = filterOf({ mode: "list", hosts: [] });
    expect(["", "a.org:443", "http://a.org/", "/"].filter((target) => passes(none, target))).toEqual([]);
  });

  test("the port of ANTHROPIC_BASE_URL as well", () => {
    const further = filterOf({ mode: "list", hosts: ["a.org"], furtherPort: 8443 });
    expect(["a.org:443", "a.org:8443", "a.org:8444"].map((target) => passes(further, target))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

test("what was refused is read from the proxy's log", () => {
  const log = [
    '2026-11-24T20:35:00.02Z NOTICE    Nov 24 20:35:00.029 [7]: Proxying refused on filtered url "evil.org:443"',
    "2026-11-24T20:35:01.02Z NOTICE    Nov 24 20:35:01.029 [7]: Re-reading filter file.",
    '2026-11-24T20:35:02.02Z NOTICE    Nov 24 20:35:02.029 [7]: Proxying refused on filtered url "http://x/?q="1""',
  ].join("\n");
  expect(parseDenied(log)).toEqual([
    { at: "2026-11-24T20:35:00.02Z", target: "evil.org:443" },
    { at: "2026-11-24T20:35:02.02Z", target: 'http://x/?q="1"' },
  ]);
});

const plan: BottlePlan = {
  name: "cb-a", backend: "podman", directory: "/a", image: "debian", cpus: 1, memoryMiB: 512, mounts: [],
  user: { name: "ann", uid: 1000, gid: 100, home: "/home/ann" }, network: { mode: "list", hosts: [] }, credentials: [],
}; // prettier-ignore
const network = (part: object) => partsOf({ ...plan, network: { ...plan.network, ...part } }, "image");

test.each([
  ["a list", {}, ["cb-a-proxy", "cb-a-relay"]],
  ["a list and a port of the host", { hostPorts: [8080] }, ["cb-a-proxy", "cb-a-gateway", "cb-a-relay"]],
  ["all of the network and a port of the host", { mode: "open", hostPorts: [8080] }, ["cb-a-gateway", "cb-a-relay"]],
  ["all of the network", { mode: "open" }, []],
  ["no network", { mode: "off" }, []],
])("the parts for %s", (_, part, names) => expect(network(part).map(({ name }) => name)).toEqual(names));

test("only the proxy and the gateway have a network of their own, and all parts are confined", () => {
  const lines = network({ hostPorts: [8080] }).map(({ argv }) => argv.join(" "));
  const confined =
    "--cap-drop all --read-only --tmpfs /tmp --user 65534:65534 --pid container:cb-a -v cb-a-network:/bottle";
  expect(lines.map((line) => line.split(confined).length)).toEqual([2, 2, 2]);
  expect(lines.map((line) => / --network (\S+)/.exec(line)?.[1])).toEqual([undefined, "host", "container:cb-a"]);
  expect(lines[1]).toEndWith(" 8080");
  expect(lines[2]).toEndWith("sh 3128 http.sock 8080 loopback-8080.sock");
});

test("where this machine is behind a proxy, the gateway stands beside the proxy", () =>
  expect(partsOf(plan, "image", true).map(({ name }) => name)).toEqual(["cb-a-proxy", "cb-a-gateway", "cb-a-relay"]));
