import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { printable } from "../lib/quote.ts";
import { suggest } from "../lib/suggest.ts";
import { gatewayOf } from "../plan/credentials.ts";
import { backendOf } from "../backends/registry.ts";
import type { System } from "../system/system.ts";
import { projectTarget, type Target } from "./launch.ts";
import { findProject } from "./project.ts";

/** The bottle of that name, or the one of the working directory. Throws UserError with the names that there are. */
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
  const env = findProject(system, { start: plan.directory, profile }).manifest.env;
  const { loopbackAddress } = backendOf(system, plan.backend);
  return { plan, directory: plan.directory, gateway: gatewayOf(system.env, loopbackAddress), env };
}

export function recordedPlan(system: System, name: string): Target["plan"] {
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
