import { readFileSync } from "node:fs";

// A container's processes share a control group. Both versions of control groups may be there at once; version 1 has a tree for each controller.

/** The lines of a file of the process's control group; undefined if it has none that we can see. */
function linesOf(pid: number, files: { readonly v2: string; readonly v1: string }): readonly string[] | undefined {
  for (const line of (textOf(`/proc/${pid}/cgroup`) ?? "").split("\n")) {
    const [, , controller, path] = /^(\d+):([^:]*):(\/.+)$/.exec(line) ?? [];
    if (path === undefined) continue;
    const text =
      controller === ""
        ? textOf(`/sys/fs/cgroup${path}/${files.v2}`)
        : textOf(`/sys/fs/cgroup/${controller}${path}/${files.v1}`);
    if (text !== undefined) return text.trim().split("\n");
  }
  return undefined;
}

/** Whether the container of that process is paused. */
export function isFrozen(pid: number): boolean {
  const lines = linesOf(pid, { v2: "cgroup.events", v1: "freezer.state" }) ?? [];
  return lines.includes("frozen 1") || lines.includes("FROZEN");
}

/** The processes in the same control group; undefined if we cannot see it. */
export const processesInGroup = (pid: number): readonly number[] | undefined =>
  linesOf(pid, { v2: "cgroup.procs", v1: "cgroup.procs" })?.map(Number);

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
