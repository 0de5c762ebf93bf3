import { readdirSync, readFileSync } from "node:fs";

/**
 * Whether the command of a session runs on without its client: podman's ends with 0 when somebody sends it TERM. The command leads a kernel
 * session with a terminal; what it left behind on purpose does not. False where the engine is on another machine, or its processes are another user's.
 */
export function isLeft(session: string): boolean {
  const mark = `CLAUDE_BOTTLE_SESSION=${session}\0`;
  return processes().some((name) => {
    try {
      const pid = Number(name);
      if (!(pid > 0)) return false;
      const [state, , , leader, terminal] = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      if (state === "Z" || Number(leader) !== pid || terminal === "0") return false;
      return `${readFileSync(`/proc/${pid}/environ`, "latin1")}\0`.includes(mark);
    } catch {
      return false;
    }
  });
}

function processes(): string[] {
  try {
    return readdirSync("/proc");
  } catch {
    return [];
  }
}
