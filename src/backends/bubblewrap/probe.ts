import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import { readText } from "../../system/files.ts";
import { installCommand } from "../../system/packages.ts";
import type { System } from "../../system/system.ts";
import type { Probe } from "../backend.ts";
import { namespacesForbidden, needsLinux, noSandboxHere, notInstalled } from "./errors.ts";

export function findBwrap(system: System): string {
  const { platform, which } = system;
  if (platform !== "linux") throw needsLinux();
  const found = which("bwrap") ?? which("/usr/bin/bwrap");
  if (found) return found;
  throw notInstalled(installCommand(system, "bubblewrap"));
}

/** Kernel settings that forbid user namespaces. */
const forbidding = [
  ["kernel/unprivileged_userns_clone", "0", "1"],
  ["kernel/apparmor_restrict_unprivileged_userns", "1", "0"],
  ["user/max_user_namespaces", "0", "10000"],
] as const;

const trial = ["--unshare-user", "--unshare-pid", "--unshare-net", "--cap-drop", "ALL", "--ro-bind", "/", "/"];
const mounts = { own: ["--proc", "/proc"], host: ["--ro-bind", "/proc", "/proc"] } as const;

const tryBwrap = (system: System, bwrap: string, proc: keyof typeof mounts, further: readonly string[] = []) =>
  system.run([bwrap, ...trial, ...mounts[proc], "--dev", "/dev", ...further, "/bin/sh", "-c", ":"], {
    timeoutMs: 5_000,
  });

/** What a surrounding container, if any, allows a sandbox. */
export type Leave = { readonly proc: keyof typeof mounts; readonly hostname: boolean };
export const allLeave: Leave = { proc: "own", hostname: true };

/**
 * Whether a sandbox can have its own /proc and host name. In a container that hides parts of /proc, the kernel refuses a new one; podman 4.3.1's
 * default seccomp profile refuses sethostname.
 */
export async function leaveOf(system: System): Promise<Leave> {
  const bwrap = findBwrap(system);
  const [proc, hostname] = await Promise.all([
    tryBwrap(system, bwrap, "own"),
    tryBwrap(system, bwrap, "host", ["--unshare-uts", "--hostname", "bottle"]),
  ]);
  return {
    proc: proc.code !== 0 && /mount proc/.test(proc.stderr) ? "host" : "own",
    hostname: !/set hostname/.test(hostname.stderr),
  };
}

export async function probeBwrap(system: System): Promise<Probe> {
  let bwrap: string;
  try {
    bwrap = findBwrap(system);
  } catch (error) {
    if (error instanceof UserError) return { usable: false, reason: error.message, hint: error.hint ?? "" };
    throw error;
  }
  const [version, whole] = await Promise.all([
    system.run([bwrap, "--version"], { timeoutMs: 5_000 }),
    tryBwrap(system, bwrap, "own"),
  ]);
  const sandbox = /mount proc/.test(whole.stderr) ? await tryBwrap(system, bwrap, "host") : whole;
  if (sandbox.code === 0)
    return { usable: true, version: /\d+(\.\d+)+/.exec(version.stdout)?.[0] ?? "of an unknown version" };
  for (const [setting, bad, good] of forbidding)
    if (readText(`/proc/sys/${setting}`)?.trim() === bad)
      return namespacesForbidden(setting.replace("/", "."), bad, good);
  const words = printable(sandbox.stderr.trim().split("\n").at(-1) ?? "").replace(/^bwrap: /, "");
  return noSandboxHere(words, sandbox.code);
}
