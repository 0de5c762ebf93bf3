import type { BottlePlan, ClusterFacts, KubernetesPlan } from "../../plan/plan.ts";

export function asked({ kubernetes }: BottlePlan): KubernetesPlan {
  if (!kubernetes) throw new Error("a bottle on kubernetes without its settings");
  return kubernetes;
}

/** The image of the manifest, if it names one. */
export const givenImage = (plan: BottlePlan): string | undefined => asked(plan).image ?? plan.image;

/** Where the manifest names none, the pod installs Claude Code itself (setup.ts). */
export const imageOf = (plan: BottlePlan): string => givenImage(plan) ?? plan.template?.base ?? plainBase;

/** Has npm, git, curl and ssh. */
const plainBase = "docker.io/library/node:22-bookworm";

/** No capabilities, and no way to any. */
export const unprivileged = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } as const;

/** As the cluster said when the bottle was made; assumed for --dry-run, which asks nobody. */
export const clusterOf = ({ cluster, kubernetes }: BottlePlan): ClusterFacts =>
  cluster ?? {
    context: kubernetes?.context ?? "current",
    namespace: kubernetes?.namespace ?? "default",
    storageClass: kubernetes?.["storage-class"],
  };
