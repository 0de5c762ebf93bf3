import { UserError } from "../errors.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { noMountThere, noAgentThere, noLoopbackThere } from "./errors.ts";

/** The wording of an error about the place, such as "docker's engine is on another machine". */
type Elsewhere = { readonly place: string; readonly mounts: string; readonly gateway: string };

/** For a place that does not see this machine's files. Throws UserError for anything that cannot be copied there. */
export function copiedPlan(plan: BottlePlan, { place, mounts, gateway }: Elsewhere): BottlePlan {
  const where = `${plan.backend}'s ${place}`;
  const [mount] = plan.mounts.filter(({ part }) => part === undefined);
  if (mount) throw noMountThere(where, mount.source, mounts);
  if (plan.sshAgent !== undefined) throw noAgentThere(where);
  if (plan.network.hostPorts !== undefined) throw noLoopbackThere(where, gateway);
  return { ...plan, mounts: [], copied: true };
}
