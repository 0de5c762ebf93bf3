import { UserError } from "../../errors.ts";
import { freeSpace } from "../../system/files.ts";
import { stateDirectory } from "../../system/system.ts";
import { attempt, type Facts } from "../facts.ts";
import { manualFix, ok, type Finding } from "../finding.ts";

const MiB = 1024 * 1024;
/** Roughly what a template and the disks of one bottle need at least, and the ledger. */
const scarce = 1024 * MiB;
const none = 8 * MiB;

/** Checks each file system once that holds our files, a cache or a machine's disks. */
export function checkDisk({ system }: Facts): Finding[] {
  const { env } = system;
  const directory = attempt(() => stateDirectory(env));
  if (directory instanceof UserError) return [];
  const others = [
    env.XDG_CACHE_HOME ?? `${env.HOME ?? ""}/.cache`,
    env.XDG_DATA_HOME ?? `${env.HOME ?? ""}/.local/share`,
  ];
  const spaces = new Map<number, { readonly path: string; readonly free: number }>();
  for (const path of [directory, ...others.filter((other) => other.startsWith("/"))]) {
    const { device, free } = freeSpace(path);
    if (!spaces.has(device)) spaces.set(device, { path, free });
  }
  const findings = [...spaces.values()].map((space) => finding(space, { holdsState: space.path === directory }));
  const bad = findings.filter(({ level }) => level !== "ok");
  return bad.length > 0 ? bad : findings.slice(0, 1);
}

function finding(
  { path, free }: { readonly path: string; readonly free: number },
  { holdsState }: { readonly holdsState: boolean },
): Finding {
  const id = "disk";
  const what = `${Math.floor(free / MiB)} MiB free on the disk of "${path}"`;
  if (free >= scarce) return ok(id, what);
  const isFull = holdsState && free < none;
  return {
    id,
    level: isFull ? "error" : "warning",
    what,
    why: isFull ? "no bottle can be recorded" : "the disks of a bottle grow as it works",
    fix: manualFix("claude-bottle ls --size shows what bottles use; claude-bottle rm and gc free it"),
  };
}
