import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import type { Run } from "../../system/system.ts";

const install = "install it: https://kubernetes.io/docs/tasks/tools";

export const notInstalled = () => new UserError("kubectl is not installed", { hint: install });

export const oldKubectl = (version: string) =>
  new UserError(`kubectl ${printable(version)} is too old: kubernetes needs 1.29 or newer`, { hint: install });

export const silentCluster = (doing: string) =>
  new UserError(`cannot ${doing}: the cluster does not answer`, { hint: "kubectl get --raw /readyz" });

export const unreadableAnswer = (doing: string) =>
  new UserError(`cannot ${doing}: kubectl's answer is not valid`, { hint: "kubectl version" });

type Rule = readonly [words: RegExp, message: string, hint: string];

const rules: readonly Rule[] = [
  [
    /current-context is not set|no configuration has been provided|context .* does not exist|context was not found|no context exists|connection to the server localhost:8080/i,
    "kubectl has no such context",
    "kubectl config get-contexts; then set KUBECONFIG, kubectl config use-context, or kubernetes.context in bottle.toml",
  ],
  [
    /must be logged in|unauthorized|provide credentials|exec plugin|token .*expired/i,
    "the cluster does not know you",
    "log in to the cluster, then: kubectl auth whoami",
  ],
  [/violates PodSecurity/i, "its namespace forbids such a pod", "kubectl get namespace -o yaml shows its pod security; or: claude-bottle run --network open"],
  [/exceeded quota/i, "the namespace's quota is used up", "kubectl describe quota; or ask for less under [kubernetes] in bottle.toml"],
  [/namespaces? ".*" not found/i, "its namespace does not exist", "kubectl create namespace NAME, or correct kubernetes.namespace in bottle.toml"],
  [/is forbidden/i, "you may not", "claude-bottle doctor --backend kubernetes says which rights are missing"],
  [/already exists/i, "a pod or claim of that name already exists", "kubectl get pods,pvc shows it"],
  [
    /was refused|connection refused|no route to host|i\/o timeout|deadline exceeded|timed out|tls handshake|no such host|network is unreachable|EOF$|connection reset/i,
    "the cluster does not answer",
    "kubectl get --raw /readyz",
  ],
]; // prettier-ignore

/** The last words that kubectl printed about a failure. */
export function wordsOf({ stdout, stderr, code }: Run): string {
  const lines = (stderr.trim() || stdout.trim()).split("\n").filter((line) => !/^[EWI]\d{4} /.test(line));
  const words = printable(lines.join(": ").replace(/^(error: |Error from server( \(\w+\))?: )+/i, ""));
  return words || `nothing, and ends with status ${code}`;
}

/** `doing`: the action, such as "make bottle x". */
export function kubectlError(doing: string, run: Run): UserError {
  const words = wordsOf(run);
  const [, message, hint] = rules.find(([pattern]) => pattern.test(`${run.stderr}\n${words}`)) ?? [];
  if (message === undefined) return new UserError(`cannot ${doing}: kubectl says: ${words}`);
  return new UserError(`cannot ${doing}: ${message}: ${words}`, { ...(hint !== undefined && { hint }) });
}

/** A pod that will not become ready by waiting. */
export const stuckPod = (name: string, why: string, hint: string) =>
  new UserError(`the pod of bottle "${name}" does not start: ${printable(why)}`, { hint });

export const isNotFound = ({ code, stderr }: Run): boolean => code !== 0 && /\(NotFound\)|not found/.test(stderr);

export const unfitDirectory = (directory: string) =>
  new UserError(`a pod cannot have a project below a path with a colon: "${printable(directory)}"`, {
    hint: "rename it, or choose another backend",
  });

export const noGuard = (bottle: string): UserError =>
  new UserError(`nothing enforces the allowlist of bottle "${bottle}": its pod has no guard`, {
    hint: "something in the cluster changed the pod; without the guard: claude-bottle run --network open",
  });

export const closedVolume = (name: string, uid: number) =>
  new UserError(`the user ${uid} of bottle "${name}" may not write to its volume`, {
    hint: "its storage class ignores fsGroup: kubernetes.storage-class names another one",
  });

/** For `copiedPlan`. */
export const elsewhere = {
  place: "pods are on other machines",
  mounts: "choose another backend",
  gateway: "the cluster reaches",
};
