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
  /** When a bottle gets the caller's current ssh agent: in each session, at each start, or only when it is created. */
  readonly mounts: "live" | "start" | "create";
  readonly snapshot: boolean;
  readonly remote: boolean;
};

/** Whether processes that a session leaves behind keep running. Otherwise nothing of a bottle runs between sessions. */
export const outlivesSessions = ({ isolation }: Capabilities): boolean => isolation !== "rules";

/** It shares the host's kernel, and a session's terminal is the caller's own. */
export const isSandbox = ({ isolation }: Capabilities): boolean => isolation === "namespace" || isolation === "rules";

/** Everything that a machine is created from. The ledger stores it, and it holds no secret. */
export type BottlePlan = {
  readonly name: string;
  /** The name from `run --name`. */
  readonly givenName?: string;
  /** Its name in the registry. */
  readonly backend: string;
  /** Real and absolute; the same path in the guest. */
  readonly directory: string;
  /** Undefined if the backend uses the host's programs. */
  readonly image: string | undefined;
  /** What to build the image from if the manifest names none. */
  readonly template?: TemplatePlan;
  /** The file in which smolvm saved the template. */
  readonly pack?: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly user: GuestUser;
  /** The backend does not see this machine's files, so the project in the bottle is a copy that is synchronised. */
  readonly copied?: true;
  /** Other directories of the host. */
  readonly mounts: readonly MountPlan[];
  readonly network: NetworkPlan;
  readonly credentials: readonly Credential[];
  /** git's settings on the host, applied in the bottle. Set when the bottle starts. */
  readonly git?: GitSettings;
  /** The host's extra certificates, as PEM. Set when the bottle starts. */
  readonly certificates?: string;
  /** The known hosts of the user's ssh, if the bottle has the ssh agent. Set when the bottle starts. */
  readonly knownHosts?: string;
  /** Keep its ~/.claude when it is removed. */
  readonly keepsClaude?: boolean;
  /** The socket of the caller's ssh agent at its last start. Empty if it was created with an agent that it may no longer have. */
  readonly sshAgent?: string;
  /** The bottle stops itself after so many minutes without a process, if its backend supports that; 0 means never. */
  readonly idleMinutes?: number;
  /** The user agreed that Claude may ask for a login in it. */
  readonly loginInside?: boolean;
  /** The host directory in which a bottle with its own files records what its sessions do. */
  readonly records?: string;
  /** Paths in it that hold copies of the host's files. */
  readonly providedFiles?: readonly string[];
  /** The IDs of the provisioning tasks that are done. */
  readonly provisioned?: readonly string[];
  /** The container engine's facts, from when the bottle was created. */
  readonly engine?: EngineFacts;
  /** Seconds between synchronisations of the copy while a session runs. */
  readonly syncEvery?: number;
  /** The manifest's settings for its pod. */
  readonly kubernetes?: KubernetesPlan;
  /** The cluster's facts, from when the bottle was created. */
  readonly cluster?: ClusterFacts;
};

export type KubernetesPlan = Omit<Kubernetes, "sync-every">;

/** What only the kubeconfig and the cluster know. The bottle keeps the values of its creation, whatever they say later. */
export type ClusterFacts = {
  readonly context: string;
  readonly namespace: string;
  /** The storage class of the claim for the home and the project; undefined if both last only as long as the pod. */
  readonly storageClass: string | undefined;
};

/** The backend has a default for each part. */
export type TemplatePlan = {
  readonly base?: string | undefined;
  /** Shell commands. */
  readonly setup?: string | undefined;
  /** The version of Claude Code. */
  readonly claude?: string | undefined;
};

/** What only a container engine knows. The bottle keeps the values of its creation, whatever the engine says later. */
export type EngineFacts = {
  /** The engine's ID; undefined if it has none. */
  readonly id?: string;
  /** In the engine's own notation. */
  readonly image: string;
  /** The image of the proxy between the bottle and the network. */
  readonly proxyImage?: string;
  /** Replaces the plan's user: in some rootless engines only the container's root is the host's user. */
  readonly user: GuestUser;
  readonly keepId: boolean;
  /** The limits that the engine can set. */
  readonly limits: { readonly cpus: boolean; readonly memory: boolean; readonly pids: boolean };
  readonly selinux: boolean;
};

/** The user of the sessions. It has the host's uid, so that files belong to the same user on both sides. */
export type GuestUser = { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string };

/** `source` is real and absolute, on the host; `target` is absolute, in the guest. */
export type MountPlan = {
  readonly source: string;
  readonly target: string;
  readonly mode: "ro" | "rw";
  /** Part of the project's repository rather than requested by a manifest. A copy of the project does without it. */
  readonly part?: "repository" | undefined;
};

/** `source` is real and absolute, on the host; `target` is in the guest, where `~/` is the user's home. */
export type FilePlan = { readonly source: string; readonly target: string };

/** `config` is the text of a configuration file; the others are lists of patterns, for all repositories. */
export type GitSettings = {
  readonly config: string;
  readonly ignore?: string | undefined;
  readonly attributes?: string | undefined;
  /** Settings that override the repository's own. */
  readonly overrides?: readonly (readonly [key: string, value: string])[] | undefined;
};

export type NetworkPlan = {
  readonly mode: "list" | "off" | "open";
  readonly hosts: readonly string[];
  /** The hosts that were opened for this bottle only, whatever the manifest says. */
  readonly opened?: readonly string[];
  /** Ports of the host's loopback that the bottle can reach on its own loopback: that of ANTHROPIC_BASE_URL and those of the manifest. */
  readonly hostPorts?: readonly number[];
  /** The one of them that ANTHROPIC_BASE_URL leads to. */
  readonly gatewayPort?: number;
  /** Allowed in addition to 80 and 443, if ANTHROPIC_BASE_URL has another port. */
  readonly furtherPort?: number;
};

/**
 * A secret variable of the caller's environment, by name only. If it is bound to a host, the guest holds a placeholder and the value is inserted on
 * the network. Otherwise (plain http) the session gets the value itself.
 */
export type Credential = { readonly variable: string; readonly host: string | undefined };

/** One command in a bottle. */
export type SessionPlan = {
  readonly id: string;
  readonly bottle: string;
  /** "attach": a terminal on a background session. */
  readonly kind: "agent" | "shell" | "exec" | "attach";
  /** The background session that it shows, by Claude Code's ID. */
  readonly shows?: string | undefined;
  readonly user: GuestUser;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Variables of the caller whose values the session gets. They never appear in an argv. */
  readonly secrets: readonly string[];
  readonly command: readonly string[];
  /** Undefined without a terminal. */
  readonly size: TerminalSize | undefined;
};

/** Whether every stop deletes the copy of the project, so that the next start has an empty one. */
export const losesCopyByStop = ({ copied, cluster }: BottlePlan): boolean =>
  copied === true && cluster !== undefined && cluster.storageClass === undefined;
