import { readdirSync, readFileSync } from "node:fs";

/** What a set of processes has used: CPU time since their start, and their memory now. */
export type Used = { readonly cpuMs: number; readonly memory: number };

const ticksPerSecond = 100;
const pageSize = 4096;

/**
 * By the pid of a bottle's machine: what its container's control group has used, or the process and its descendants. Reads /proc once for all; empty
 * without it, as on macOS.
 */
export function usedBy(pids: readonly number[]): ReadonlyMap<number, Used> {
  const found = new Map<number, Used>();
  const others: number[] = [];
  for (const pid of pids) {
    const used = byControlGroup(pid);
    if (used) found.set(pid, used);
    else others.push(pid);
  }
  if (others.length > 0) for (const [pid, used] of byDescent(others)) found.set(pid, used);
  return found;
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
};

/** Processes of an engine's exec descend from the engine, but are in the container's control group. */
function byControlGroup(pid: number): Used | undefined {
  const [, path = ""] = /^0::(\/.*(?:libpod|docker|containerd|crio).*)$/m.exec(read(`/proc/${pid}/cgroup`) ?? "") ?? [];
  if (path === "" || path.includes("..")) return undefined;
  // podman puts the container's own processes one level below.
  const group = `/sys/fs/cgroup${path.replace(/\/container$/, "")}`;
  const [, cpu] = /^usage_usec (\d+)$/m.exec(read(`${group}/cpu.stat`) ?? "") ?? [];
  const memory = Number(read(`${group}/memory.current`) ?? Number.NaN);
  return cpu === undefined || Number.isNaN(memory) ? undefined : { cpuMs: Number(cpu) / 1000, memory };
}

type Process = { readonly parent: number; readonly cpuMs: number; readonly memory: number };

function byDescent(roots: readonly number[]): ReadonlyMap<number, Used> {
  const processes = allProcesses();
  const totals = new Map(roots.filter((pid) => processes.has(pid)).map((pid) => [pid, { cpuMs: 0, memory: 0 }]));
  for (const [pid, process] of processes) {
    // A chain of parents is short. This also ends if reused pids make a circle.
    let ancestor: number | undefined = pid;
    for (let depth = 0; depth < 64 && ancestor !== undefined && ancestor > 1; depth += 1) {
      const total = totals.get(ancestor);
      if (total) {
        total.cpuMs += process.cpuMs;
        total.memory += process.memory;
        break;
      }
      ancestor = processes.get(ancestor)?.parent;
    }
  }
  return totals;
}

function allProcesses(): ReadonlyMap<number, Process> {
  const found = new Map<number, Process>();
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return found;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const text = read(`/proc/${name}/stat`);
    // The name in brackets may contain anything.
    const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
    if (!fields) continue;
    const number = (at: number) => Number(fields[at] ?? 0);
    // Fields 4, 14 to 17 and 24 of proc_pid_stat(5), counted from the state, the third field.
    const ticks = number(11) + number(12) + number(13) + number(14);
    found.set(Number(name), {
      parent: number(1),
      cpuMs: (ticks * 1000) / ticksPerSecond,
      memory: number(21) * pageSize,
    });
  }
  return found;
}
