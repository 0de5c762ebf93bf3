import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { Sandbox } from "../system/system.ts";

// In a sandbox a session has the caller's own terminal. What it leaves running could go on to write to that, and to read what is typed into
// the caller's shell.

const rounds = 50;

/** Ends what is left of a sandbox and still has the terminal of stdin. */
export async function endHolders(sandbox: Sandbox): Promise<void> {
  let terminal: number;
  try {
    terminal = statSync("/proc/self/fd/0").rdev;
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

/** As an open file, or as the one that /dev/tty leads to. */
function has(terminal: number, pid: number): boolean {
  try {
    const [state, , , , controlling] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    if (state === "Z") return false;
    if (Number(controlling) === terminal) return true;
    return readdirSync(`/proc/${pid}/fd`).some((fd) => isTerminal(`/proc/${pid}/fd/${fd}`, terminal));
  } catch {
    return false;
  }
}

function isTerminal(path: string, terminal: number): boolean {
  try {
    return statSync(path).rdev === terminal;
  } catch {
    return false;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
