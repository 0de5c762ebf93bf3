import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { gatewayOf } from "../plan/credentials.ts";
import { backendOf } from "../backends/registry.ts";
import { bottleName } from "../plan/name.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { projectBackend, projectPlan, projectTarget, type Target } from "../bottle/target.ts";
import { findProject, type Project } from "../project/project.ts";
import { provisionOf } from "../project/provision.ts";
import { loginOf } from "../login/login.ts";
import { secretsOf } from "../project/secrets.ts";
import { requireTrust } from "../project/trust.ts";
import { inform } from "../ui/messages.ts";
import { bottleNamed, matchBottle, matchRecorded } from "./bottle-name.ts";
import { backendSilent, noBottleNamed } from "./errors.ts";
import { noBottleOf } from "./messages.ts";

/** Includes the manifest's secrets and the environment of every session. */
export type FoundTarget = Target & {
  readonly env: Readonly<Record<string, string>>;
  readonly namedSecrets: Project["manifest"]["secrets"];
};

/** The bottle of that name, or the one of the working directory, for a new session. Throws UserError with the known names. */
export async function findTarget(system: System, name: string | undefined, profile?: string): Promise<FoundTarget> {
  if (name === undefined) {
    const project = findProject(system, { profile });
    const { env, secrets: namedSecrets } = project.manifest;
    return { ...(await projectTarget(system, project)), env, namedSecrets };
  }
  const plan = recordedPlan(system, name);
  const project = findProject(system, { start: plan.directory, profile });
  const { env, secrets } = project.manifest;
  const backend = await backendOf(system, plan.backend);
  const { secretFiles, files, hostFiles } = requireTrust(system, project, backend);
  const login = loginOf(system);
  return {
    plan,
    directory: startIn(system, plan.directory),
    gateway: gatewayOf(system.env, backend.loopbackAddress),
    secrets: secretsOf(system, secrets, secretFiles, login, hostFiles),
    secretFiles,
    login,
    provision: provisionOf(project, backend, files),
    hooks: { commands: project.manifest.hooks, files: hostFiles },
    env,
    namedSecrets: secrets,
  };
}

/** The working directory if it is in the project, otherwise the top of the project. */
function startIn(system: System, project: string): string {
  try {
    const cwd = system.cwd();
    return cwd.startsWith(`${project}/`) ? cwd : project;
  } catch (error) {
    if (error instanceof UserError) return project;
    throw error;
  }
}

/** The bottle of that name, or the one that the working directory has or would have. */
export async function findBottle(system: System, name: string | undefined): Promise<BottlePlan> {
  if (name !== undefined) return recordedPlan(system, name);
  const project = findProject(system);
  const backend = await projectBackend(system, project);
  const grants = { image: project.manifest.bottle.image, mounts: [] };
  return projectPlan(system, project, { backend, gateway: undefined, grants, asked: {} });
}

/**
 * The bottle of that name, or the one of the working directory, for `stop` and `rm`: whatever its manifest says now, and even if it is not in the
 * ledger. Undefined if the directory has none. Throws UserError for an unknown name.
 */
export async function existingBottle(system: System, name: string | undefined): Promise<BottlePlan | undefined> {
  const own = name === undefined ? bottleName(findProject(system).directory, system.user.uid) : undefined;
  {
    using ledger = new Ledger(system);
    const recorded = own ?? matchRecorded(ledger, name ?? "");
    const record = recorded === undefined ? undefined : ledger.bottle(recorded);
    if (record) return record.plan;
  }
  const { listBottles } = await import("./inventory.ts");
  const { bottles } = await listBottles(system);
  const wanted = own ?? matchBottle(name ?? "", bottles);
  const found = bottles.find((bottle) => bottle.name === wanted);
  if (!found) return name === undefined ? undefined : recordedPlan(system, name);
  const project = findProject(system, { start: found.directory });
  const grants = { image: project.manifest.bottle.image, mounts: [] };
  const backend = await backendOf(system, found.backend);
  const plan = projectPlan(system, project, { backend, gateway: undefined, grants, asked: {} });
  return { ...plan, name: found.name, ...(found.copied && { copied: true as const }) };
}

export const noBottle = (system: System): void => inform(system, noBottleOf(findProject(system).directory));

function recordedPlan(system: System, name: string): BottlePlan {
  using ledger = new Ledger(system);
  const record = ledger.bottle(bottleNamed(ledger, name));
  if (record) return record.plan;
  throw noBottleNamed(name, []);
}

/** Every bottle of this user that runs. Throws UserError if a backend that has some does not answer. */
export async function runningBottles(system: System): Promise<BottlePlan[]> {
  const { listBottles } = await import("./inventory.ts");
  const { bottles, complaints } = await listBottles(system);
  const [complaint] = complaints;
  if (complaint !== undefined) throw backendSilent(complaint);
  const plans: BottlePlan[] = [];
  for (const { name, state } of bottles) {
    const plan = state === "running" ? await existingBottle(system, name) : undefined;
    if (plan) plans.push(plan);
  }
  return plans;
}
