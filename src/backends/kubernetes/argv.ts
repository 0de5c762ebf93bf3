import { keepSecretsArgv, podSessionArgv } from "../../guest/pod.ts";
import { preludeArgv } from "../../guest/guest.ts";
import type { ClusterFacts, SessionPlan } from "../../plan/plan.ts";

// Each function returns the arguments after kubectl.

export type Place = Pick<ClusterFacts, "context" | "namespace">;

export const labels = {
  /** The owner of a bottle: an ID of the ledger that records it. */
  owner: "claude-bottle/owner",
  directory: "claude-bottle/directory",
  uid: "claude-bottle/uid",
} as const;

/** The containers of a pod: the one for sessions, the proxy, the one that sets the routing rules, and the one that installs Claude Code. */
export const containers = { bottle: "bottle", proxy: "proxy", guard: "guard", setup: "setup" } as const;

const at = ({ context, namespace }: Place) => ["--context", context, "--namespace", namespace];
/** For commands that are answered at once. */
const soon = ["--request-timeout", "15s"];

export const configArgv = (context: string | undefined): string[] => [
  "config", "view", "--minify", "-o", "json", ...(context === undefined ? [] : ["--context", context]),
]; // prettier-ignore
export const versionArgv = (context: string): string[] => ["version", "-o", "json", "--context", context, ...soon];
export const storageClassesArgv = (context: string): string[] => ["get", "storageclasses", "-o", "json", "--context", context, ...soon]; // prettier-ignore
export const canArgv = (place: Place, verb: string, resource: string, subresource?: string): string[] => [
  "auth", "can-i", verb, resource, ...(subresource === undefined ? [] : ["--subresource", subresource]), ...at(place), ...soon,
]; // prettier-ignore

/** Creates what is on stdin. Unlike `apply`, it never changes an existing object. */
export const createArgv = (place: Place): string[] => ["create", "-f", "-", "-o", "name", ...at(place)];
export const getArgv = (place: Place, name: string): string[] => [
  "get", `pod/${name}`, `persistentvolumeclaim/${name}`, "--ignore-not-found", "-o", "json", ...at(place), ...soon,
]; // prettier-ignore
export const listArgv = (place: Place, owner: string): string[] => [
  "get", "pods,persistentvolumeclaims", "-l", `${labels.owner}=${owner}`, "-o", "json", ...at(place), ...soon,
]; // prettier-ignore
export const isReadyArgv = (place: Place, name: string): string[] => [
  "get", "pod", name, "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}', ...at(place), ...soon,
]; // prettier-ignore
export const waitArgv = (place: Place, name: string, seconds: number): string[] => [
  "wait", "--for=condition=Ready", `pod/${name}`, `--timeout=${seconds}s`, ...at(place),
]; // prettier-ignore
/** Events of the object with that uid: an earlier object of the same name may have had other problems. */
export const eventsArgv = (place: Place, uid: string): string[] => [
  "get", "events", "--field-selector", `involvedObject.uid=${uid},type=Warning`, "-o", "json", ...at(place), ...soon,
]; // prettier-ignore
export const deletePodArgv = (place: Place, name: string): string[] => [
  "delete", "pod", name, "--ignore-not-found", "--timeout=15s", ...at(place),
]; // prettier-ignore
/** For a pod on a node that does not answer, where it is unknown whether the pod still runs. */
export const forgetPodArgv = (place: Place, name: string): string[] => [
  "delete", "pod", name, "--ignore-not-found", "--force", "--grace-period=0", ...at(place),
]; // prettier-ignore
export const deleteClaimArgv = (place: Place, name: string): string[] => [
  "delete", "persistentvolumeclaim", name, "--ignore-not-found", "--wait=false", ...at(place),
]; // prettier-ignore
export const logsArgv = (place: Place, name: string, container: string): string[] => [
  "logs", name, "-c", container, "--timestamps", ...at(place), ...soon,
]; // prettier-ignore

export const execArgv = (
  place: Place,
  name: string,
  command: readonly string[],
  { stdin = false, terminal = false, container = containers.bottle }: ExecOptions = {},
): string[] => [
  "exec", ...(stdin ? ["-i"] : []), ...(terminal ? ["-t"] : []), ...at(place), name, "-c", container, "--", ...command,
]; // prettier-ignore

type ExecOptions = { readonly stdin?: boolean; readonly terminal?: boolean; readonly container?: string };

/** The command line appears in a URL and in audit logs, so secrets are delivered separately (`keepSecretsArgv`). */
export function sessionArgv(
  place: Place,
  session: SessionPlan,
  { env, project }: { readonly env: Readonly<Record<string, string>>; readonly project: string },
): string[] {
  const { id, size, directory, command } = session;
  // The secrets already have their own names.
  const prelude = preludeArgv({ session: id, size, directory, secrets: [], command });
  const all = { ...session.env, ...env, CLAUDE_BOTTLE_SESSION: id };
  const inPod = podSessionArgv({ session: id, mode: size ? "terminal" : "plain", project, env: all, command: prelude });
  return execArgv(place, session.bottle, inPod, { stdin: true, terminal: size !== undefined });
}

export const deliverArgv = (place: Place, { bottle, id }: SessionPlan): string[] =>
  execArgv(place, bottle, keepSecretsArgv(id), { stdin: true });

/** Prefix of a short command of ours beside a session. */
export const controlArgv = (place: Place, name: string): string[] => execArgv(place, name, []);
