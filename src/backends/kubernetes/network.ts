import guardScript from "../../guest/pod-guard.pl" with { type: "text" };
import proxyScript from "../../guest/pod-proxy.pl" with { type: "text" };
import { withoutComments } from "../../guest/script.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { filterOf } from "../host-filter.ts";
import { containers } from "./argv.ts";
import { asked, imageOf, unprivileged } from "./settings.ts";

// A NetworkPolicy knows no host names, has no effect on many clusters, and on others applies late to a new pod. So a bottle is confined inside its
// own pod: before it starts, a container with NET_ADMIN makes the kernel route nothing for any user except the proxy's, and tests that. No process of
// the bottle can become that user or change the rules.

export const isHeld = ({ network }: BottlePlan): boolean => network.mode !== "open";

const proxyUser = ({ user }: BottlePlan) => (user.uid === 65_500 ? 65_501 : 65_500);
const toolImage = (plan: BottlePlan) => asked(plan)["proxy-image"] ?? imageOf(plan);
const perl = (script: string, ...words: string[]) => ["perl", "-e", withoutComments(script), ...words];

export const guardContainer = (plan: BottlePlan): object => ({
  name: containers.guard,
  image: toolImage(plan),
  imagePullPolicy: "IfNotPresent",
  command: perl(guardScript, String(plan.user.uid), String(proxyUser(plan))),
  securityContext: {
    runAsUser: 0,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "SETUID", "SETGID"] },
  },
  terminationMessagePolicy: "FallbackToLogsOnError",
});

export const proxyContainer = (plan: BottlePlan): object => ({
  name: containers.proxy,
  image: toolImage(plan),
  imagePullPolicy: "IfNotPresent",
  command: perl(proxyScript, filterOf(plan.network)),
  securityContext: { ...unprivileged, runAsUser: proxyUser(plan), runAsGroup: proxyUser(plan), readOnlyRootFilesystem: true },
  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "512Mi" } },
  volumeMounts: [{ name: "filter", mountPath: "/filter" }],
}); // prettier-ignore

export const networkVolumes = [{ name: "filter", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } }];

/** Replaces the list of hosts with the lines on stdin. Open connections stay. */
export const setFilterCommand = ["/bin/sh", "-c", "cat >/filter/new && mv /filter/new /filter/hosts"];

/** What the proxy denied, oldest first, from its log with the times of `kubectl logs`. */
export const parseDenied = (logs: string): { at: string; target: string }[] =>
  [...logs.matchAll(/^(\S+) refused (\S+)$/gm)].map(([, at = "", target = ""]) => ({ at, target }));
