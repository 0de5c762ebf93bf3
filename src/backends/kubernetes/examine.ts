import type { BottlePlan } from "../../plan/plan.ts";
import type { Examined } from "../backend.ts";
import { canArgv, createArgv } from "./argv.ts";
import { wordsOf } from "./errors.ts";
import type { Kubectl } from "./kubectl.ts";
import { allRights, missingRights, podNotTaken, podTaken } from "./messages.ts";
import { podOf } from "./pod.ts";
import { clusterOf } from "./settings.ts";

/** The rights that a bottle needs. `pods/exec` as one word would ask about a pod named exec. */
const rights = [
  ["create", "pods"],
  ["get", "pods"],
  ["list", "pods"],
  ["watch", "pods"],
  ["delete", "pods"],
  ["create", "pods", "exec"],
  ["get", "pods", "log"],
] as const;

const claimRights = [
  ["create", "persistentvolumeclaims"],
  ["get", "persistentvolumeclaims"],
  ["list", "persistentvolumeclaims"],
  ["delete", "persistentvolumeclaims"],
] as const;

type Right = readonly [verb: string, resource: string, subresource?: string];

/** Whether the cluster allows the user such a bottle: asks about each right, and does a dry run of the pod. */
export async function examineCluster(kubectl: Kubectl, plan: BottlePlan): Promise<Examined[]> {
  const cluster = clusterOf(plan);
  const all: readonly Right[] = [...rights, ...claimRights];
  const answers = await Promise.all(
    all.map(async ([verb, resource, subresource]) => {
      const run = await kubectl.look("ask for your rights", canArgv(cluster, verb, resource, subresource));
      return run.stdout.trim() === "yes" ? [] : [`${verb} ${[resource, subresource].filter(Boolean).join("/")}`];
    }),
  );
  const missing = answers.flat();
  if (missing.length > 0) return [{ id: "rights", isWell: false, ...missingRights(missing, cluster.namespace) }];
  const pod = podOf({ plan, cluster, owner: "0000000000000000" });
  const words = [...createArgv(cluster), "--dry-run=server"];
  const dry = await kubectl.call(words, { stdin: JSON.stringify(pod), timeoutMs: 20_000 });
  return [
    { id: "rights", isWell: true, what: allRights(cluster.namespace) },
    // An existing bottle already has that name.
    dry.code === 0 || /AlreadyExists/.test(dry.stderr)
      ? { id: "pod", isWell: true, what: podTaken }
      : { id: "pod", isWell: false, ...podNotTaken(wordsOf(dry)) },
  ];
}
