import type { Backend } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";
import { answers } from "../system/unix-socket.ts";

/** The plan of a bottle that is about to start, with the ssh agent that lives now where it is to have one. Throws UserError without one. */
export async function withAgent({ env }: System, plan: BottlePlan): Promise<BottlePlan> {
  if (plan.sshAgent === undefined) return plan;
  const socket = env.SSH_AUTH_SOCK;
  if (socket && (await answers(socket))) return { ...plan, sshAgent: socket };
  const why = socket ? `no agent answers at SSH_AUTH_SOCK, "${printable(socket)}"` : "SSH_AUTH_SOCK is not set";
  throw new UserError(`the bottle is to have your ssh agent, and ${why}`, {
    hint: 'start one: eval "$(ssh-agent)" && ssh-add; or leave bottle.ssh-agent out',
  });
}

/** The same for a session in a bottle that runs; a machine got the agent when it started. */
export async function followAgent(system: System, backend: Backend, plan: BottlePlan): Promise<BottlePlan> {
  if (plan.sshAgent === undefined) return plan;
  if (backend.capabilities.mounts === "live") return await withAgent(system, plan);
  if (!(await answers(plan.sshAgent)))
    system.err(
      `claude-bottle: the ssh agent that bottle "${plan.name}" started with has ended\n  claude-bottle stop, and the next session brings the one that runs now\n`,
    );
  return plan;
}
