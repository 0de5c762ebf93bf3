import { UserError } from "../errors.ts";
import { presets } from "../manifest/schema/presets.ts";
import type { Manifest } from "../manifest/schema.ts";
import { claudeHosts, credentialsOf, type Gateway } from "./credentials.ts";
import type {
  BottlePlan,
  Capabilities,
  Credential,
  GuestUser,
  KubernetesPlan,
  MountPlan,
  NetworkPlan,
} from "./plan.ts";
import { isSandbox } from "./plan.ts";
import { hostPortsWithoutNetwork, noAllowlist, noHostPorts, notAProject } from "./errors.ts";

export type Host = {
  readonly uid: number;
  readonly gid: number;
  readonly userName: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
};

export type BottleRequest = {
  /** From `bottleName`. */
  readonly name: string;
  /** Real and absolute. */
  readonly directory: string;
  readonly backend: {
    readonly name: string;
    readonly capabilities: Capabilities;
    readonly homeOf?: (bottle: string) => string;
  };
  readonly manifest: Manifest;
  /** From the manifest, with real paths. */
  readonly image: string | undefined;
  readonly mounts: readonly MountPlan[];
  readonly host: Host;
  readonly gateway: Gateway | undefined;
};

/** Throws UserError for a directory that must not be shared, and for anything that the backend cannot do. */
export function planBottle(request: BottleRequest): BottlePlan {
  const { name, directory, backend, manifest, host, gateway } = request;
  refuseToShare(directory, host.home);
  const { capabilities } = backend;
  const { cpus, memory, user } = manifest.bottle;
  const { mode, hosts, presets: names } = manifest.network;
  const byPort = capabilities.loopback === "port";
  const own = byPort && gateway?.loopback ? [] : claudeHosts(gateway);
  const listed = [...own, ...names.flatMap((preset) => presets[preset]), ...hosts, ...secretHosts(manifest)];
  return {
    name,
    backend: backend.name,
    directory,
    ...programsOf(request),
    cpus,
    memoryMiB: memory,
    user:
      capabilities.user === "host" ? hostUser(host, backend.homeOf?.(name)) : guestUser(user ?? host.userName, host),
    mounts: request.mounts,
    ...(backend.name === "kubernetes" && {
      kubernetes: kubernetesPlan(manifest),
      syncEvery: manifest.kubernetes["sync-every"],
    }),
    ...(capabilities.isolation === "namespace" && { idleMinutes: manifest.bottle["idle-minutes"] }),
    ...(manifest.bottle["keep-claude"] && { keepsClaude: true }),
    ...(manifest.bottle["ssh-agent"] && { sshAgent: host.env.SSH_AUTH_SOCK ?? "" }),
    network: {
      mode,
      hosts: mode === "list" ? unique(listed) : [],
      ...(gateway && byPort && mode !== "off" && portOf(gateway)),
      ...hostPortsOf(request),
    },
    credentials: [
      ...credentialsOf(host.env, { gateway, broker: capabilities.credentialBroker }),
      ...secretsOf(manifest, capabilities.credentialBroker),
    ],
  };
}

/** Throws UserError for limits that the backend cannot enforce on a new bottle. */
export function assertSupported(
  { network, directory }: BottlePlan,
  { name, capabilities }: BottleRequest["backend"],
): void {
  if (network.mode === "list" && capabilities.network === "open") throw noAllowlist(name, directory);
}

/** Throws UserError if the backend cannot open single ports. */
function hostPortsOf({ manifest: { network }, backend: { name, capabilities }, gateway }: BottleRequest): Partial<NetworkPlan> {
  const ports = network["host-ports"].map(Number);
  const sharesNetwork = network.mode === "open" && isSandbox(capabilities);
  if (ports.length === 0 || sharesNetwork) return {};
  if (network.mode === "off") throw hostPortsWithoutNetwork();
  if (capabilities.loopback !== "port" || name === "kubernetes") throw noHostPorts(name);
  const own = gateway?.loopback ? [gateway.port] : [];
  return { hostPorts: [...new Set([...own, ...ports])] };
} // prettier-ignore

const portOf = ({ port, loopback }: Gateway): Partial<NetworkPlan> =>
  loopback ? { hostPorts: [port], gatewayPort: port } : port === 80 || port === 443 ? {} : { furtherPort: port };

function programsOf({ image, manifest, backend }: BottleRequest): Pick<BottlePlan, "image" | "template"> {
  if (backend.capabilities.programs === "host") return { image: undefined };
  return image === undefined ? { image, template: manifest.template } : { image };
}

function kubernetesPlan({ kubernetes: { "sync-every": _, ...asked } }: Manifest): KubernetesPlan {
  return asked;
}

const secretHosts = ({ secrets }: Manifest): string[] =>
  Object.values(secrets).flatMap(({ host }) => (host === undefined ? [] : [host]));

const secretsOf = ({ secrets }: Manifest, broker: boolean): Credential[] =>
  Object.entries(secrets).map(([variable, { host }]) => ({ variable, host: broker ? host : undefined }));

const unique = (words: readonly string[]) => [...new Set(words)].sort();

/** What a bottle is created from, in the manifest's terms. */
const madeFrom = {
  image: "image", template: "template", cpus: "cpus", memoryMiB: "memory", user: "user",
  mounts: "mounts", sshAgent: "ssh-agent", network: "network", credentials: "credentials", kubernetes: "kubernetes",
} as const satisfies Partial<Record<keyof BottlePlan, string>>; // prettier-ignore
type MadeFrom = keyof typeof madeFrom;

/** How a changed manifest or environment differs from what the bottle was created with: the keys, for a message. */
export function differences(made: BottlePlan, asked: BottlePlan, { network, mounts }: Capabilities): string[] {
  const [before, after] = [fixed(made), fixed(withOpened(asked, made))];
  const followed: Readonly<Partial<Record<MadeFrom, boolean>>> = {
    // Not a difference if the user did not ask for a network and accepted the backend's.
    network: asked.network.mode === "list" && network === "open",
    sshAgent: mounts !== "create",
  };
  return (Object.keys(madeFrom) as MadeFrom[])
    .filter((key) => !followed[key] && !Bun.deepEquals(before[key], after[key]))
    .map((key) => madeFrom[key]);
}

/** Adds the hosts that were opened for the existing bottle. */
export const withOpened = (asked: BottlePlan, { network: { opened } }: BottlePlan): BottlePlan =>
  opened === undefined || asked.network.mode !== "list"
    ? asked
    : { ...asked, network: { ...asked.network, hosts: unique([...asked.network.hosts, ...opened]), opened } };

/** Without the parts that each session gets again. */
const fixed = ({ sshAgent, ...plan }: BottlePlan): BottlePlan => ({
  ...plan,
  // Each start chooses the socket.
  ...(sshAgent !== undefined && { sshAgent: "" }),
  credentials: plan.credentials.filter(({ host }) => host !== undefined),
});

/** Throws UserError for a directory that cannot be a project. */
export function refuseToShare(directory: string, home: string): void {
  if (directory === "/") throw notAProject("all", directory);
  if (directory === home) throw notAProject("home", directory);
  if (`${home}/`.startsWith(`${directory}/`)) throw notAProject("above home", directory);
}

const hostUser = ({ uid, gid, userName, home }: Host, own = home): GuestUser => ({
  name: userName,
  uid,
  gid,
  home: own,
});

/** Uses the host's uid, so that files made inside belong to the same user outside. */
function guestUser(wanted: string, host: Host): GuestUser {
  if (host.uid === 0 || wanted === "root") return { name: "root", uid: 0, gid: 0, home: "/root" };
  const name =
    wanted
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, "-")
      .replace(/^[^a-z_]+/, "")
      .slice(0, 32) || "claude";
  return { name, uid: host.uid, gid: host.gid, home: `/home/${name}` };
}
