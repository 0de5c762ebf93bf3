import { expect, test } from "bun:test";
import type { BottlePlan } from "../../plan/plan.ts";
import { sessionArgv } from "./argv.ts";
import { claimOf, podOf } from "./pod.ts";

const plan: BottlePlan = {
  name: "cb-shop-0123456789",
  backend: "kubernetes",
  directory: "/home/ann/a b",
  image: "registry.example.org/claude:1",
  cpus: 2,
  memoryMiB: 4096,
  user: { name: "ann", uid: 1000, gid: 100, home: "/home/ann" },
  mounts: [],
  network: { mode: "list", hosts: ["example.org"] },
  credentials: [{ variable: "ANTHROPIC_API_KEY", host: undefined }],
  kubernetes: { cpus: 0.25, memory: 512, storage: 1024, "node-selector": ["disk=ssd"], tolerations: ["team=agents:NoSchedule", "spot"] },
}; // prettier-ignore
const cluster = { context: "work", namespace: "agents", storageClass: "fast" };
const owned = { plan, cluster, owner: "0123456789abcdef" };

const read = (object: object | undefined) => JSON.parse(JSON.stringify(object ?? null));
const labels = { "claude-bottle/owner": "0123456789abcdef", "app.kubernetes.io/managed-by": "claude-bottle" };

test("no container of the pod but the guard has a capability, and none a token or a way to more", () => {
  const { metadata, spec } = read(podOf(owned));
  expect(metadata.labels).toEqual(labels);
  expect(spec).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    nodeSelector: { disk: "ssd" },
    tolerations: [
      { key: "team", operator: "Equal", value: "agents", effect: "NoSchedule" },
      { key: "spot", operator: "Exists" },
    ],
    securityContext: { runAsUser: 1000, runAsGroup: 100, fsGroup: 100, seccompProfile: { type: "RuntimeDefault" } },
  });
  const contexts = [...spec.initContainers, ...spec.containers].map(({ name, securityContext }) => [name, securityContext.allowPrivilegeEscalation, securityContext.capabilities]); // prettier-ignore
  expect(contexts).toEqual([
    ["guard", false, { drop: ["ALL"], add: ["NET_ADMIN", "SETUID", "SETGID"] }],
    ["bottle", false, { drop: ["ALL"] }],
    ["proxy", false, { drop: ["ALL"] }],
  ]);
});

test("the proxy is another user than the bottle's, whatever that is", () => {
  for (const uid of [0, 1000, 65_500, 65_501]) {
    const { spec } = read(podOf({ ...owned, plan: { ...plan, user: { ...plan.user, uid } } }));
    const [guard] = spec.initContainers;
    const proxy = spec.containers.at(-1).securityContext.runAsUser;
    expect(guard.command.slice(-2)).toEqual([String(uid), String(proxy)]);
    expect(proxy).not.toBe(uid);
  }
});

test.each([
  ["open", [], ["bottle"]],
  ["off", ["guard"], ["bottle"]],
  ["list", ["guard"], ["bottle", "proxy"]],
] as const)("with the network %s", (mode, before, beside) => {
  const { spec } = read(podOf({ ...owned, plan: { ...plan, network: { mode, hosts: [] } } }));
  const names = (containers: { name: string }[]) => containers.map(({ name }) => name);
  expect([names(spec.initContainers), names(spec.containers)]).toEqual([[...before], [...beside]]);
});

test("the home and the project are on a claim where the cluster has storage, else in the pod", () => {
  expect(read(claimOf(owned))).toMatchObject({
    kind: "PersistentVolumeClaim",
    metadata: { name: plan.name, labels },
    spec: { storageClassName: "fast", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
  });
  expect(read(podOf(owned)).spec.volumes[0]).toEqual({ name: "data", persistentVolumeClaim: { claimName: plan.name } });
  const without = { ...owned, cluster: { ...cluster, storageClass: undefined } };
  expect(claimOf(without)).toBeUndefined();
  expect(read(podOf(without)).spec.volumes[0]).toEqual({ name: "data", emptyDir: { sizeLimit: "1024Mi" } });
  const mounts = read(podOf(owned)).spec.containers[0].volumeMounts.slice(0, 2);
  expect(mounts).toEqual([
    { name: "data", subPath: "home", mountPath: "/home/ann" },
    { name: "data", subPath: "project", mountPath: "/home/ann/a b" },
  ]);
});

test("without an image the pod sets itself up, before anything of its user is in it", () => {
  const { image: _, ...rest } = plan;
  const { spec } = read(podOf({ ...owned, plan: { ...rest, image: undefined, template: {} } }));
  expect(spec.initContainers.map(({ name }: { name: string }) => name)).toEqual(["setup", "guard"]);
});

test("a session's command line has its variables, and no secret", () => {
  const session = {
    id: "s1",
    bottle: plan.name,
    kind: "exec" as const,
    user: plan.user,
    directory: plan.directory,
    env: { A: "$x 'y'", EMPTY: "" },
    secrets: ["ANTHROPIC_API_KEY"],
    command: ["printf", "%s", "-n", "a b;*"],
    size: undefined,
  };
  const words = sessionArgv(cluster, session, { env: { B: "1" }, project: "/p" });
  expect(words.slice(0, 10)).toEqual(["exec", "-i", "--context", "work", "--namespace", "agents", plan.name, "-c", "bottle", "--"]); // prettier-ignore
  expect(words.slice(13, 21)).toEqual([
    "sh",
    "s1",
    "plain",
    "/p",
    "A=$x 'y'",
    "EMPTY=",
    "B=1",
    "CLAUDE_BOTTLE_SESSION=s1",
  ]);
  expect(words.slice(-4)).toEqual(session.command);
  const scripts = words.filter((word) => word.includes("\n"));
  expect(words.filter((word) => !scripts.includes(word)).join(" ")).not.toContain("ANTHROPIC");
});
