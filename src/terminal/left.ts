import { readdirSync, readFileSync } from "node:fs";
import { processesInGroup } from "../system/control-group.ts";

/**
 * Whether the command of a session continues without its client: podman's ends with 0 on TERM. The command's parent is outside the container's pid
 * namespace; what the command left behind on purpose has a parent in it. False if the engine is on another machine, or its processes belong to
 * another user. `bottle`: a process of the bottle's container, if it is known.
 */
export function isLeft(session: string, bottle?: number): boolean {
  const mark = `CLAUDE_BOTTLE_SESSION=${session}\0`;
  const pids = (bottle === undefined ? undefined : processesInGroup(bottle)) ?? processes();
  return pids.some((pid) => {
    const status = textOf(`/proc/${pid}/status`);
    const parent = /^PPid:\t(\d+)$/m.exec(status)?.[1] ?? "0";
    if (/^State:\tZ/m.test(status) || depthOf(status) <= depthOf(textOf(`/proc/${parent}/status`))) return false;
    return `\0${textOf(`/proc/${pid}/environ`)}\0`.includes(`\0${mark}`);
  });
}

/** How many pid namespaces the process is in. */
const depthOf = (status: string): number => /^NSpid:(.*)$/m.exec(status)?.[1]?.trim().split("\t").length ?? 0;

function processes(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
