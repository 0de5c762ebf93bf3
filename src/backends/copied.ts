import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";

/** What an error says of the backend's place, as "docker's engine is on another machine". */
type Elsewhere = { readonly place: string; readonly mounts: string; readonly gateway: string };

/** For a place that does not see this machine's files. Throws UserError for what cannot travel by copy. */
export function copiedPlan(plan: BottlePlan, { place, mounts, gateway }: Elsewhere): BottlePlan {
  const where = `${plan.backend}'s ${place}`;
  const [mount] = plan.mounts;
  if (mount)
    throw new UserError(`${where}, which has no "${printable(mount.source)}" to mount`, {
      hint: `a bottle there gets a copy of the project alone: ${mounts}, or leave out the mount (a linked worktree needs its repository)`,
    });
  if (plan.sshAgent !== undefined)
    throw new UserError(`${where}, which does not reach your ssh agent`, { hint: "leave bottle.ssh-agent out" });
  if (plan.network.loopbackPort !== undefined)
    throw new UserError(`${where}, and ANTHROPIC_BASE_URL is on this machine's loopback, which it does not reach`, {
      hint: `set ANTHROPIC_BASE_URL to an address that ${gateway}`,
    });
  return { ...plan, copied: true };
}
