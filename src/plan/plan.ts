import type { TerminalSize } from "../lib/terminal-size.ts";
import type { Kubernetes } from "../manifest/schema/kubernetes.ts";

/** What a backend can do. Anything else is refused before the bottle is created. */
export type Capabilities = {
  /** "rules": only the kernel's access rules. Sessions see the host's own paths and processes. */
  readonly isolation: "vm" | "container" | "namespace" | "rules";
  /** "enforced": a list of hosts, none, or all. "open": none or all. */
  readonly network: "enforced" | "open";
  /** What an ANTHROPIC_BASE_URL on the host's loopback opens to a bottle: "all" of that loopback, or only that "port". */
  readonly loopback: "all" | "port";
  /** The guest holds a placeholder for a credential, and the value is inserted on the network. */
  readonly credentialBroker: boolean;
  /** "template": those of an image, built unless the manifest names one. "host": those of the host. */
  readonly programs: "template" | "host";
  /** "guest": sessions run as a user of the bottle. "host": as the caller, under the caller's name. */
  readonly user: "guest" | "host";
  /** When the caller's ssh agent is taken anew: by each session, by each start, or never once the bottle is made. */
  readonly mounts: "live" | "start" | "create";
  readonly snapshot: boolean;
  readonly remote: boolean;
};

/** What a session leaves running goes on when it has ended; elsewhere nothing of a bottle runs between its sessions. */
export const outlivesSessions = ({ isolation }: Capabilities): boolean => isolation !== "rules";

/** It shares the kernel of the machine, and a session's terminal is the caller's own. */
export const isSandbox = ({ isolation }: Capabilities): boolean => isolation === "namespace" || isolation === "rules";

/** All that a machine is made from; it holds no secret and is what the ledger remembers. */
export type BottlePlan = {
  readonly name: string;
  /** What the user called a further bottle of the directory. */
  readonly givenName?: string;
  /** By its name in the registry. */
  readonly backend: string;
  /** Real, absolute, the same in the guest. */
  readonly directory: string;
  /** Undefined where the backend takes the programs of the host. */
  readonly image: string | undefined;
  /** What the image is built from, where the manifest names none. */
  readonly template?: TemplatePlan;
  /** The file that smolvm saved the template as. */
  readonly pack?: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly user: GuestUser;
  /** The backend does not see this machine's files: the project in the bottle is a copy, which changes travel to and from. */
  readonly copied?: true;
  /** Further directories of the host. */
  readonly mounts: readonly MountPlan[];
  readonly network: NetworkPlan;
  readonly credentials: readonly Credential[];
  /** What git does in it as it does here; set when the bottle is started. */
  readonly git?: GitSettings;
  /** Its ~/.claude is kept when it is removed. */
  readonly keepsClaude?: boolean;
  /** The socket of the caller's ssh agent that it has, as of its last start; empty for one that it was made with and may no longer have. */
  readonly sshAgent?: string;
  /** After how many minutes without a process of its own it stops by itself, where the backend can; 0 is never. */
  readonly idleMinutes?: number;
  /** Its user has said that Claude may ask for a login in it. */
  readonly loginInside?: boolean;
  /** The directory of this machine in which a bottle with files of its own notes what its sessions do. */
  readonly records?: string;
  /** Paths in it that hold copies of the host's own files. */
  readonly providedFiles?: readonly string[];
  /** Which of the steps of provisioning are done in it, each by what it does. */
  readonly provisioned?: readonly string[];
  /** Set once a container engine was asked, when the bottle was made. */
  readonly engine?: EngineFacts;
  /** Seconds between two syncs of the copy while a session runs. */
  readonly syncEvery?: number;
  /** What the manifest says of its pod. */
  readonly kubernetes?: KubernetesPlan;
  /** Set once a cluster was asked, when the bottle was made. */
  readonly cluster?: ClusterFacts;
};

export type KubernetesPlan = Omit<Kubernetes, "sync-every">;

/** What only the kubeconfig and the cluster could say of a bottle; the bottle keeps it, whatever they say later. */
export type ClusterFacts = {
  readonly context: string;
  readonly namespace: string;
  /** Of the claim that holds the home and the project; undefined where they last as long as the pod. */
  readonly storageClass: string | undefined;
};

/** Each part has a default of the backend's. */
export type TemplatePlan = {
  readonly base?: string | undefined;
  /** Shell commands. */
  readonly setup?: string | undefined;
  /** The version of Claude Code. */
  readonly claude?: string | undefined;
};

/** What only a container engine could say of a bottle; the bottle keeps it, whatever the engine says later. */
export type EngineFacts = {
  /** Which engine it is; undefined where it has nothing that says so. */
  readonly id?: string;
  /** By the engine's own reference. */
  readonly image: string;
  /** Of what stands between the bottle and the network. */
  readonly proxyImage?: string;
  /** In place of the plan's: under some engines without root only the container's root is the host's user. */
  readonly user: GuestUser;
  readonly keepId: boolean;
  /** Which limits the engine can set. */
  readonly limits: { readonly cpus: boolean; readonly memory: boolean; readonly pids: boolean };
  readonly selinux: boolean;
};

/** The user whom sessions run as; the host's uid, so that files belong to the same person on both sides. */
export type GuestUser = { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string };

/** `source` is real and absolute, on the host; `target` is absolute, in the guest. */
export type MountPlan = { readonly source: string; readonly target: string; readonly mode: "ro" | "rw" };

/** `source` is real and absolute, on the host; `target` is in the guest, where `~/` is the user's home. */
export type FilePlan = { readonly source: string; readonly target: string };

/** `config` is the text of a configuration file; the others are lists of patterns, for all repositories. */
export type GitSettings = {
  readonly config: string;
  readonly ignore?: string | undefined;
  readonly attributes?: string | undefined;
};

export type NetworkPlan = {
  readonly mode: "list" | "off" | "open";
  readonly hosts: readonly string[];
  /** Those of the hosts that were opened to the bottle itself, whatever the manifest says. */
  readonly opened?: readonly string[];
  /** The one port of the host's loopback that the bottle reaches, where ANTHROPIC_BASE_URL is there. */
  readonly loopbackPort?: number;
  /** Besides 80 and 443, where ANTHROPIC_BASE_URL has another one. */
  readonly furtherPort?: number;
};

/**
 * A secret variable of the caller's environment, by name only. Bound to a host, the guest holds a placeholder and the
 * value is put in on the wire; without one (plain http) the value itself goes into the session.
 */
export type Credential = { readonly variable: string; readonly host: string | undefined };

/** One command in a bottle. */
export type SessionPlan = {
  readonly id: string;
  readonly bottle: string;
  /** "attach": a terminal on a background session. */
  readonly kind: "agent" | "shell" | "exec" | "attach";
  /** The background session that it shows, by Claude Code's own number. */
  readonly shows?: string | undefined;
  readonly user: GuestUser;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Variables of the caller whose values the session gets, and which stand in no argv. */
  readonly secrets: readonly string[];
  readonly command: readonly string[];
  /** Undefined: no terminal. */
  readonly size: TerminalSize | undefined;
};

/** Whether the copy of the project goes with each stop: then the next start has an empty one. */
export const losesCopyByStop = ({ copied, cluster }: BottlePlan): boolean =>
  copied === true && cluster !== undefined && cluster.storageClass === undefined;
