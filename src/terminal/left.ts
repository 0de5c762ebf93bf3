import { readdirSync, readFileSync } from "node:fs";

/**
 * Whether a session's command still runs without its client: podman's client returns 0 when it gets TERM. The command leads a kernel session with a
 * terminal; what it left behind on purpose does not. False if the engine is on another machine or its processes belong to another user.
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
