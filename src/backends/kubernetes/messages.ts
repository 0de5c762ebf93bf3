// What this backend tells the user, apart from its errors. A pair is a text and its hint.

export const noVolume = (name: string) =>
  [
    `bottle "${name}" has no volume, as the cluster has no default storage class: its home lasts as long as its pod`,
    "kubernetes.storage-class names one; what sessions change in the project comes home all the same",
  ] as const;

export const podWaits = (name: string, warning: string) => `bottle "${name}" is waiting: ${warning}`;

export const podReplaced = (name: string, why: string) => `the pod of bottle "${name}" is replaced: ${why}`;

export const nodeSilent = (node: string | undefined) => `its node "${node}" does not answer`;

export const nodeLost = (name: string) =>
  `the node of bottle "${name}" does not answer: its pod was removed from the cluster, and may keep running until the node is back`;

/** `unknown`: the cluster does not answer. `node`: the pod's node does not answer. */
export type Left = "unknown" | "node" | "gone" | "runs" | "ended";

/** What became of a session's command whose connection was lost, and what to type. */
const losses = {
  unknown: [
    ", and the cluster does not answer",
    "kubectl get --raw /readyz; once the cluster answers: claude-bottle run",
  ],
  node: [": the node of its pod does not answer", "claude-bottle run starts its pod on another node"],
  gone: [": its pod is gone, and the command with it", "claude-bottle run starts its pod again"],
  ended: [", and the command has ended", "claude-bottle run goes on in the bottle"],
  runs: [", and the command goes on there", "claude-bottle run goes on beside it; claude-bottle stop --force ends it"],
} as const;

export const linkLost = (name: string, left: Left) =>
  [`the link to bottle "${name}" was lost${losses[left][0]}`, losses[left][1]] as const;

// Why a pod does not become ready, and what to type: for `stuckPod` and `podWaits`.

type Stuck = { readonly why: string; readonly hint: string };

export const startsAnother = "claude-bottle run starts another one";

export const removedByOthers = ["something else removed it", startsAnother] as const;

/** What the cluster itself shows of a pod. */
export const describePod = (name: string) => `kubectl describe pod ${name}`;

export const tooSlow = "it is not ready after 10 minutes";

export const otherRuntimeClass = "kubernetes.runtime-class names a class that the cluster's nodes have";

export const podEnded = (reason: string, message: string): Stuck => ({
  why: `it has ended (${reason}): ${message}`,
  hint: startsAnother,
});

export const guardFailed = (words: string | undefined): Stuck => ({
  why: `nothing holds it to its list of hosts: ${words}`,
  hint: "kubernetes.proxy-image names an image with perl; without the guard: claude-bottle run --network open",
});

export const setupFailed = (words: string | undefined): Stuck => ({
  why: `its setup failed: ${words}`,
  hint: "claude-bottle template push REF builds an image; or name one: kubernetes.image",
});

export const imageNotPulled = (words: string): Stuck => ({
  why: `its image cannot be pulled: ${words}`,
  hint: "correct kubernetes.image, or name the Secret that pulls it: kubernetes.image-pull-secret",
});

const noNode = "no node takes it";

export const unscheduled = (message: string): Stuck => ({
  why: `${noNode}: ${message}`,
  hint: "ask for less, or for other nodes, under [kubernetes] in bottle.toml",
});

export const saysUnscheduled = ({ why }: Stuck): boolean => why.includes(noNode);

// What doctor shows of a cluster.

export const allRights = (namespace: string) => `all rights in the namespace "${namespace}"`;

/** `rights`: such as "create pods". */
export const missingRights = (rights: readonly string[], namespace: string) => ({
  what: `you may not ${rights.join(", ")} in the namespace "${namespace}"`,
  fix: "ask the cluster's administrator for a role with them (docs/kubernetes.md has one)",
});

export const podTaken = "the cluster takes the bottle's pod";

export const podNotTaken = (words: string) => ({
  what: `the cluster takes no such pod: ${words}`,
  fix: "correct [kubernetes] in bottle.toml, or claude-bottle run --network open where it forbids NET_ADMIN",
});
