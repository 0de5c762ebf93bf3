import filterScript from "../../guest/filter.sh" with { type: "text" };
import gatewayScript from "../../guest/gateway.pl" with { type: "text" };
import proxyScript from "../../guest/proxy.sh" with { type: "text" };
import relayScript from "../../guest/relay.sh" with { type: "text" };
import upstreamScript from "../../guest/upstream.sh" with { type: "text" };
import { withoutComments } from "../../guest/script.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { filterOf, proxyPort } from "../host-filter.ts";
import { backgroundArgv, labels, withoutProxyArgv } from "./argv.ts";

// A bottle with a list of hosts has no network except its loopback. Up to three small containers accompany it and share sockets in a volume. The
// proxy has access to the network and enforces the list. The gateway reaches ports of the host's loopback, and the host's own proxy. The relay
// shares the bottle's network, and offers the sockets as ports on its loopback. All of them share the bottle's process tree, so they end with it.

const namesOf = (bottle: string) => ({
  proxy: `${bottle}-proxy`,
  gateway: `${bottle}-gateway`,
  relay: `${bottle}-relay`,
  volume: `${bottle}-network`,
});

export const needsRelay = ({ network }: BottlePlan): boolean =>
  network.mode === "list" || network.hostPorts !== undefined;

/** A container that belongs to a bottle, and the argv that creates it once the bottle's own container exists. */
export type Part = { readonly name: string; readonly argv: readonly string[]; readonly isProxy: boolean };

/** `isBehindProxy`: this machine reaches the network through a proxy. */
export function partsOf(plan: BottlePlan, image: string, isBehindProxy = false): Part[] {
  const { proxy, gateway, relay } = namesOf(plan.name);
  const { mode, hostPorts } = plan.network;
  const part = (name: string, create: typeof createProxyArgv) => ({
    name,
    argv: create(name, plan, image),
    isProxy: name === proxy,
  });
  return [
    ...(mode === "list" ? [part(proxy, createProxyArgv)] : []),
    ...(hostPorts === undefined && !isBehindProxy ? [] : [part(gateway, createGatewayArgv)]),
    ...(needsRelay(plan) ? [part(relay, createRelayArgv)] : []),
  ];
}

/** All names that its containers can have. */
export const partNames = (bottle: string): string[] => {
  const { proxy, gateway, relay } = namesOf(bottle);
  return [proxy, gateway, relay];
};
/** Created first: two containers that start in parallel would both try to create it. */
export const makeVolumeArgv = (bottle: string): string[] => ["volume", "create", namesOf(bottle).volume];
export const removeVolumeArgv = (bottle: string): string[] => ["volume", "rm", "-f", namesOf(bottle).volume];
/** The bottle that a volume of that name belongs to; undefined if it is not ours. */
export const bottleOfVolume = (volume: string): string | undefined =>
  /^(cb-.*-[0-9a-f]{10})-network$/.exec(volume)?.[1];

const createProxyArgv = (name: string, plan: BottlePlan, image: string) => [
  ...createPartArgv(name, plan, []),
  image,
  ...script(proxyScript, filterOf(plan.network)),
];

const createGatewayArgv = (name: string, plan: BottlePlan, image: string) => [
  ...createPartArgv(name, plan, ["--network", "host"]),
  image,
  ...["perl", "-e", withoutComments(gatewayScript), ...(plan.network.hostPorts ?? []).map(String)],
];

function createRelayArgv(name: string, plan: BottlePlan, image: string): string[] {
  const { hostPorts = [], mode } = plan.network;
  const sockets = [
    ...(mode === "list" ? [String(proxyPort), "http.sock"] : []),
    ...hostPorts.flatMap((port) => [String(port), `loopback-${port}.sock`]),
  ];
  return [
    ...createPartArgv(name, plan, ["--network", `container:${plan.name}`]),
    image,
    ...script(relayScript, ...sockets),
  ];
}

const createPartArgv = (name: string, plan: BottlePlan, options: readonly string[]) => [
  ...backgroundArgv, "--name", name, "--label", `${labels.bottle}=${plan.name}`, "--label", `${labels.uid}=${plan.user.uid}`,
  "--security-opt", "no-new-privileges", ...withoutProxyArgv(plan.backend), "--cap-drop", "all", "--read-only", "--tmpfs", "/tmp", "--user", "65534:65534",
  "--pid", `container:${plan.name}`, ...(plan.engine?.keepId ? ["--userns", `container:${plan.name}`] : []),
  "-v", `${namesOf(plan.name).volume}:/bottle`,
  // A program that is denied again and again would fill the log. podman also accepts docker's name for this kind of log.
  "--log-driver", "json-file", "--log-opt", "max-size=4m", ...options,
]; // prettier-ignore

export const setFilterArgv = ({ name, network }: BottlePlan): string[] => [
  "exec",
  namesOf(name).proxy,
  ...script(filterScript, filterOf(network)),
];

/** Writes its stdin to the file that gateway.pl reads. */
export const setUpstreamArgv = (bottle: string): string[] => [
  "exec",
  "-i",
  namesOf(bottle).gateway,
  ...script("umask 077; cat >/tmp/upstream"),
];

/** Runs after each start of the proxy, which has no upstream at first. */
export const useUpstreamArgv = (bottle: string, exempt: readonly string[]): string[] => [
  "exec",
  namesOf(bottle).proxy,
  ...script(upstreamScript, ...exempt),
];

const script = (text: string, ...words: string[]) => ["/bin/sh", "-c", withoutComments(text), "sh", ...words];

/** `-t` adds a time to each line. */
export const logsArgv = (bottle: string): string[] => ["logs", "-t", namesOf(bottle).proxy];

/** What the proxy denied, oldest first. */
export function parseDenied(logs: string): { at: string; target: string }[] {
  return logs.split("\n").flatMap((line) => {
    const [, at, target] = /^(\S+) .*refused on filtered (?:url|domain) "(.*)"/.exec(line) ?? [];
    return at === undefined || target === undefined ? [] : [{ at, target }];
  });
}
