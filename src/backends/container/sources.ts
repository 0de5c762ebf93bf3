import type { BottlePlan } from "../../plan/plan.ts";
import { exists, privateDirectory, removeFile, removeTree, replaceSymlink } from "../../system/files.ts";
import { stateDirectory, type System } from "../../system/system.ts";
import { recordMounts } from "./argv.ts";
import { preparedIn } from "./preparation.ts";

// Files and directories of ours that a bottle mounts.

export const recordsOf = ({ env }: System, bottle: string): string => `${stateDirectory(env)}/records/${bottle}`;
export const agentLink = ({ env }: System, bottle: string): string => `${stateDirectory(env)}/links/${bottle}-agent`;

export function makeSources(system: System, plan: BottlePlan): void {
  const { name, sshAgent } = plan;
  // A bottle also starts without its agent, so that it can be inspected or packed.
  if (sshAgent !== undefined) replaceSymlink(agentLink(system, name), exists(sshAgent) ? sshAgent : "/dev/null");
  for (const { source } of recordMounts(plan)) privateDirectory(source);
  if (plan.records !== undefined) removeFile(preparedIn(plan.records));
}

export function removeSources(system: System, bottle: string): void {
  removeFile(agentLink(system, bottle));
  removeTree(recordsOf(system, bottle));
}
