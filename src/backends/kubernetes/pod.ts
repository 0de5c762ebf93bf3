import { podArgv, runDirectory } from "../../guest/pod.ts";
import type { BottlePlan, ClusterFacts, GuestUser } from "../../plan/plan.ts";
import { containers, labels } from "./argv.ts";
import { guardContainer, isHeld, networkVolumes, proxyContainer } from "./network.ts";
import { asked, imageOf, unprivileged } from "./settings.ts";
import { setupContainer } from "./setup.ts";

export type Owned = { readonly plan: BottlePlan; readonly cluster: ClusterFacts; readonly owner: string };

/** In Kubernetes' notation. */
const mebibytes = (size: number) => `${size}Mi`;
/** What the pod may write outside its volumes; a pod that exceeds it is evicted. */
const scratchMiB = 10_240;

const metadata = ({ plan, owner }: Owned) => ({
  name: plan.name,
  labels: { [labels.owner]: owner, "app.kubernetes.io/managed-by": "claude-bottle" },
  annotations: { [labels.directory]: plan.directory, [labels.uid]: String(plan.user.uid) },
});

/** Holds the home and the project; undefined if both last only as long as the pod. */
export function claimOf(owned: Owned): object | undefined {
  const { plan, cluster } = owned;
  if (cluster.storageClass === undefined) return undefined;
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: metadata(owned),
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: cluster.storageClass,
      resources: { requests: { storage: mebibytes(asked(plan).storage) } },
    },
  };
}

export function podOf(owned: Owned): object {
  const { plan, cluster } = owned;
  const { user, name } = plan;
  const settings = asked(plan);
  const { annotations, ...rest } = metadata(owned);
  const pullSecret = settings["image-pull-secret"];
  const storage = mebibytes(settings.storage);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...rest, annotations: { ...annotations, ...accounts(user) } },
    spec: {
      hostname: name,
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 2,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(settings["service-account"] !== undefined && { serviceAccountName: settings["service-account"] }),
      ...(settings["runtime-class"] !== undefined && { runtimeClassName: settings["runtime-class"] }),
      ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
      nodeSelector: Object.fromEntries(settings["node-selector"].map((label) => label.split("="))),
      tolerations: settings.tolerations.map(toleration),
      securityContext: {
        runAsUser: user.uid,
        runAsGroup: user.gid,
        fsGroup: user.gid,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      initContainers: [...setupContainer(plan, homeMount(plan)), ...(isHeld(plan) ? [guardContainer(plan)] : [])],
      containers: [
        {
          name: containers.bottle,
          image: imageOf(plan),
          imagePullPolicy: "IfNotPresent",
          command: podArgv(),
          securityContext: unprivileged,
          resources: {
            limits: { cpu: String(plan.cpus), memory: mebibytes(plan.memoryMiB), "ephemeral-storage": mebibytes(scratchMiB + settings.storage) },
            requests: { cpu: String(settings.cpus), memory: mebibytes(Math.min(settings.memory, plan.memoryMiB)), "ephemeral-storage": mebibytes(256) },
          },
          volumeMounts: [
            homeMount(plan),
            { name: "data", subPath: "project", mountPath: plan.directory },
            { name: "run", mountPath: runDirectory },
            ...["passwd", "group"].map((file) => ({ name: "accounts", subPath: file, mountPath: `/etc/${file}`, readOnly: true })),
          ],
        },
        ...(plan.network.mode === "list" ? [proxyContainer(plan)] : []),
      ],
      volumes: [
        { name: "data", ...(cluster.storageClass === undefined ? { emptyDir: { sizeLimit: storage } } : { persistentVolumeClaim: { claimName: name } }) },
        { name: "run", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
        { name: "accounts", downwardAPI: { items: ["passwd", "group"].map((path) => ({ path, fieldRef: { fieldPath: `metadata.annotations['claude-bottle/${path}']` } })) } },
        ...(plan.network.mode === "list" ? networkVolumes : []),
      ],
    },
  }; // prettier-ignore
}

const homeMount = ({ user }: BottlePlan) => ({ name: "data", subPath: "home", mountPath: user.home });

/** No process in the pod may change the image's own files, so these are mounted over them: programs look up the user who runs them. */
const accounts = ({ name, uid, gid, home }: GuestUser) => ({
  "claude-bottle/passwd": [
    ...(uid === 0 ? [] : [`${name}:x:${uid}:${gid}::${home}:/bin/sh`]),
    "root:x:0:0:root:/root:/bin/sh",
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
  ].join("\n"),
  "claude-bottle/group": [...(gid === 0 ? [] : [`${name}:x:${gid}:`]), "root:x:0:", "nogroup:x:65534:\n"].join("\n"),
});

/** Parses `key=value:Effect`. A missing value or effect matches any. */
function toleration(text: string): object {
  const [, key, value, effect] = /^([^=:]+)(?:=([^=:]*))?(?::(\w+))?$/.exec(text) ?? [];
  return {
    key,
    ...(value === undefined ? { operator: "Exists" } : { operator: "Equal", value }),
    ...(effect !== undefined && { effect }),
  };
}
