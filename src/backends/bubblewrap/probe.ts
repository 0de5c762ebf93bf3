import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";
import { readText } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { Probe } from "../backend.ts";

const installers = [
  ["apt-get", "sudo apt-get install bubblewrap"],
  ["dnf", "sudo dnf install bubblewrap"],
  ["pacman", "sudo pacman -S bubblewrap"],
  ["zypper", "sudo zypper install bubblewrap"],
  ["apk", "sudo apk add bubblewrap"],
] as const;

export function findBwrap({ platform, which }: System): string {
  if (platform !== "linux")
    throw new UserError("bubblewrap needs Linux", { hint: "use smolvm or docker: claude-bottle doctor" });
  const found = which("bwrap") ?? which("/usr/bin/bwrap");
  if (found) return found;
  throw new UserError("bubblewrap is not installed", {
    hint: installers.find(([program]) => which(program))?.[1] ?? "install bubblewrap with the system's packages",
  });
}

/** What forbids user namespaces, by the kernel setting that says so. */
const forbidding = [
  ["kernel/unprivileged_userns_clone", "0", "1"],
  ["kernel/apparmor_restrict_unprivileged_userns", "1", "0"],
  ["user/max_user_namespaces", "0", "10000"],
] as const;

const trial = ["--unshare-user", "--unshare-pid", "--unshare-net", "--cap-drop", "ALL", "--ro-bind", "/", "/"];
const mounts = { own: ["--proc", "/proc"], host: ["--ro-bind", "/proc", "/proc"] } as const;

const tryBwrap = (system: System, bwrap: string, proc: keyof typeof mounts) =>
  system.run([bwrap, ...trial, ...mounts[proc], "--dev", "/dev", "/bin/sh", "-c", ":"], { timeoutMs: 5_000 });

/** Whether a sandbox can have a /proc of its own. In a container that hides parts of its own, the kernel refuses another one. */
export async function procOf(system: System): Promise<keyof typeof mounts> {
  const { code, stderr } = await tryBwrap(system, findBwrap(system), "own");
  return code !== 0 && /mount proc/.test(stderr) ? "host" : "own";
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
    if (readText(`/proc/sys/${setting}`)?.trim() === bad) {
      const name = setting.replace("/", ".");
      return {
        usable: false,
        reason: `user namespaces, which bubblewrap is made of, are forbidden here (${name} is ${bad})`,
        hint: `sudo sysctl -w ${name}=${good}`,
      };
    }
  const words = printable(sandbox.stderr.trim().split("\n").at(-1) ?? "").replace(/^bwrap: /, "");
  return {
    usable: false,
    reason: `bubblewrap cannot make a sandbox here: ${words || `it ends with status ${sandbox.code}`}`,
    hint: "run claude-bottle on the machine itself, not in a container",
  };
}
