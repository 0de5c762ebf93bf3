import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { printable } from "../lib/quote.ts";
import { suggest } from "../lib/suggest.ts";
import { gatewayOf } from "../plan/credentials.ts";
import { backendOf } from "../backends/registry.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { projectBackend, projectPlan, projectTarget, type Target } from "./launch.ts";
import { findProject } from "./project.ts";
import { loginOf } from "./login.ts";
import { secretsOf } from "./secrets.ts";
import { admit } from "./trust.ts";

/** The bottle of that name, or the one of the working directory, to start a session in. Throws UserError with the names that there are. */
export async function findTarget(
  system: System,
  name: string | undefined,
  profile?: string,
): Promise<Target & { env: Readonly<Record<string, string>> }> {
  if (name === undefined) {
    const project = findProject(system, { profile });
    return { ...(await projectTarget(system, project)), env: project.manifest.env };
  }
  const plan = recordedPlan(system, name);
  const project = findProject(system, { start: plan.directory, profile });
  const { env, secrets } = project.manifest;
  const backend = backendOf(system, plan.backend);
  const { secretFiles } = admit(system, project, backend);
  const login = loginOf(system);
  return {
    plan,
    directory: startIn(system, plan.directory),
    gateway: gatewayOf(system.env, backend.loopbackAddress),
    secrets: secretsOf(system, secrets, secretFiles, login),
    login,
    env,
  };
}

/** Where in the project we are, or its top. */
function startIn(system: System, project: string): string {
  try {
    const cwd = system.cwd();
    return cwd.startsWith(`${project}/`) ? cwd : project;
  } catch (error) {
    if (error instanceof UserError) return project;
    throw error;
  }
}

/** The bottle of that name, or the one of the working directory, to stop or to remove: whatever its manifest asks for by now. */
export async function findBottle(system: System, name: string | undefined): Promise<BottlePlan> {
  if (name !== undefined) return recordedPlan(system, name);
  const project = findProject(system);
  const backend = await projectBackend(system, project);
  const grants = { image: project.manifest.bottle.image, mounts: [] };
  return projectPlan(system, project, { backend, gateway: undefined, grants, asked: {} });
}

export function recordedPlan(system: System, name: string): BottlePlan {
  using ledger = new Ledger(system);
  const record = ledger.bottle(name);
  if (record) return record.plan;
  const like = suggest(
    name,
    ledger.bottles().map(({ plan }) => plan.name),
  );
  throw new UserError(`there is no bottle "${printable(name)}"${like ? `; did you mean ${like}?` : ""}`, {
    hint: "claude-bottle ls lists the bottles",
  });
}
