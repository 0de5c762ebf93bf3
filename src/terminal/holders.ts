import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { Sandbox } from "../system/system.ts";

// In a sandbox a session has the caller's own terminal. A process that it leaves behind could still write to it, and read what is typed into the
// caller's shell.

const rounds = 50;

/**
 * A bottle has its own /dev/pts, whose terminals have the same device numbers as the host's; `instance` tells them apart. A terminal controls one
 * kernel session: ours.
 */
type Terminal = { readonly device: number; readonly instance: number; readonly session: string };

/** Ends the processes of a sandbox that still hold the terminal of stdin. */
export async function endHolders(sandbox: Sandbox): Promise<void> {
  let terminal: Terminal;
  try {
    const { rdev: device, dev: instance } = statSync("/proc/self/fd/0");
    terminal = { device, instance, session: statOf("self").session };
  } catch {
    return;
  }
  for (let round = 1; round <= rounds; round += 1) {
    const found = readdirSync("/proc").map(Number).filter((pid) => pid > 0 && isOf(sandbox, pid) && has(terminal, pid)); // prettier-ignore
    if (found.length === 0) return;
    for (const pid of found) end(pid);
    await Bun.sleep(round === 1 ? 1 : 10);
  }
}

function isOf({ pidNamespace, mark }: Sandbox, pid: number): boolean {
  try {
    if (pidNamespace !== undefined) return readlinkSync(`/proc/${pid}/ns/pid`) === pidNamespace;
    return (
      mark !== undefined && /^Max file locks +(\d+) /m.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))?.[1] === mark
    );
  } catch {
    return false;
  }
}

/** As an open file, or as the terminal behind /dev/tty. */
function has(terminal: Terminal, pid: number): boolean {
  try {
    const { state, session, controlling } = statOf(String(pid));
    if (state === "Z") return false;
    if (controlling === terminal.device && session === terminal.session) return true;
    return readdirSync(`/proc/${pid}/fd`).some((fd) => isTerminal(`/proc/${pid}/fd/${fd}`, terminal));
  } catch {
    return false;
  }
}

function statOf(pid: string): { readonly state: string; readonly session: string; readonly controlling: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return { state: fields[0] ?? "", session: fields[3] ?? "", controlling: Number(fields[4]) };
}

function isTerminal(path: string, { device, instance }: Terminal): boolean {
  try {
    const { rdev, dev } = statSync(path);
    return rdev === device && dev === instance;
  } catch {
    return false;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has already ended.
  }
}
