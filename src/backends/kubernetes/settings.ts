import type { BottlePlan, ClusterFacts, KubernetesPlan } from "../../plan/plan.ts";

export function asked({ kubernetes }: BottlePlan): KubernetesPlan {
  if (!kubernetes) throw new Error("a bottle on kubernetes without its settings");
  return kubernetes;
}

/** The manifest's image, if it names one. */
export const givenImage = (plan: BottlePlan): string | undefined => asked(plan).image ?? plan.image;

/** Without an image in the manifest, the pod installs Claude Code itself (setup.ts). */
export const imageOf = (plan: BottlePlan): string => givenImage(plan) ?? plan.template?.base ?? plainBase;

/** Includes npm, git, curl and ssh. */
const plainBase = "docker.io/library/node:22-bookworm";

/** No capabilities, and no way to get any. */
export const unprivileged = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } as const;

/** As the cluster answered when the bottle was created. Assumed for --dry-run, which asks nothing. */
export const clusterOf = ({ cluster, kubernetes }: BottlePlan): ClusterFacts =>
  cluster ?? {
    context: kubernetes?.context ?? "current",
    namespace: kubernetes?.namespace ?? "default",
    storageClass: kubernetes?.["storage-class"],
  };
