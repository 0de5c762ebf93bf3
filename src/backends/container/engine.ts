import * as v from "valibot";
import type { BottlePlan, EngineFacts } from "../../plan/plan.ts";
import type { System } from "../../system/system.ts";
import { type Recipe, templateRecipe } from "../recipe.ts";

/** The parts of `podman info` that we use. */
const podmanInfo = v.object({
  host: v.object({
    hostname: v.optional(v.string(), ""),
    serviceIsRemote: v.optional(v.boolean(), false),
    cgroupVersion: v.optional(v.string(), ""),
    cgroupControllers: v.nullish(v.array(v.string())),
    security: v.object({ rootless: v.boolean(), selinuxEnabled: v.optional(v.boolean(), false) }),
  }),
  store: v.optional(v.object({ graphRoot: v.optional(v.string(), "") }), {}),
  version: v.object({ Version: v.string() }),
});

const dockerInfo = v.object({
  ID: v.optional(v.string(), ""),
  Name: v.optional(v.string(), ""),
  ServerVersion: v.string(),
  SecurityOptions: v.nullish(v.array(v.string())),
  CpuCfsQuota: v.optional(v.boolean(), true),
  MemoryLimit: v.optional(v.boolean(), true),
  PidsLimit: v.optional(v.boolean(), true),
});

export type Engine = Pick<EngineFacts, "limits" | "selinux"> & {
  readonly version: string;
  /** Its root is an ordinary user on its machine. */
  readonly rootless: boolean;
  /** podman itself, not its docker-compatible service: it can map the caller's user into the container. */
  readonly mapsUsers: boolean;
  /** It runs as our own child and sees our files. */
  readonly isLocal: boolean;
  /** Identifies the engine; undefined if it has no ID. */
  readonly id: string | undefined;
};

/** Undefined if the answer is from neither. A program called docker may be podman. */
export function parseInfo(answer: unknown): Engine | undefined {
  const podman = v.safeParse(podmanInfo, answer);
  if (podman.success) {
    const { host, store, version } = podman.output;
    const { rootless } = host.security;
    const has = (controller: string) => !rootless || (host.cgroupControllers?.includes(controller) ?? false);
    return {
      version: version.Version,
      rootless,
      mapsUsers: rootless,
      isLocal: !host.serviceIsRemote,
      id: store.graphRoot ? `${host.hostname} ${store.graphRoot}` : undefined,
      limits: { cpus: has("cpu"), memory: has("memory"), pids: has("pids") },
      selinux: host.security.selinuxEnabled,
    };
  }
  const docker = v.safeParse(dockerInfo, answer);
  if (!docker.success) return undefined;
  const { ID, Name, ServerVersion, SecurityOptions, CpuCfsQuota, MemoryLimit, PidsLimit } = docker.output;
  const options = SecurityOptions ?? [];
  return {
    version: ServerVersion,
    rootless: options.some((option) => option.startsWith("name=rootless")),
    mapsUsers: false,
    isLocal: false,
    id: ID === "" ? undefined : `${ID} ${Name}`,
    limits: { cpus: CpuCfsQuota, memory: MemoryLimit, pids: PidsLimit },
    selinux: options.some((option) => option.startsWith("name=selinux")),
  };
}

/**
 * What a bottle keeps about its engine. In a rootless one, the container's root is the engine's user; podman itself can map that user to its own uid.
 */
export function factsOf(
  plan: BottlePlan,
  { id, rootless, mapsUsers, limits, selinux }: Engine,
  image: string,
  proxyImage: string | undefined,
): EngineFacts {
  const ownsFiles = !plan.copied;
  const user =
    ownsFiles && rootless && !mapsUsers ? ({ name: "root", uid: 0, gid: 0, home: "/root" } as const) : plan.user;
  const keepId = ownsFiles && rootless && mapsUsers && user.uid !== 0;
  return {
    ...(id !== undefined && { id }),
    image,
    ...(proxyImage !== undefined && { proxyImage }),
    user,
    keepId,
    limits,
    selinux,
  };
}

/** For --dry-run, without asking the engine. */
export function assumedFacts(
  plan: BottlePlan,
  { user }: System,
  assumedImage: (recipe: Recipe) => string,
): EngineFacts {
  const limits = { cpus: true, memory: true, pids: true };
  const image = plan.template ? assumedImage(templateRecipe(plan.template)) : (plan.image ?? "");
  return { image, user: plan.user, keepId: plan.backend === "podman" && user.uid !== 0, limits, selinux: false };
}
