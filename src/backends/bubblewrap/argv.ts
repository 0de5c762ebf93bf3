import { type ClaudeHome, claudeHomeArgv, foregroundArgv, preludeArgv } from "../../guest/guest.ts";
import { renamedInside } from "../../plan/credentials.ts";
import type { BottlePlan, SessionPlan } from "../../plan/plan.ts";
import { settings, systemDirectories } from "../host-files.ts";
import { type Binding, bindingsOf } from "./pins.ts";

/** Where things are on the host. */
export type Sandbox = {
  readonly bwrap: string;
  /** The bottle's own: its home and its /tmp. */
  readonly directory: string;
  /** The compiled seccomp filter. */
  readonly filter: string;
  /** The host's Claude Code, one executable file. */
  readonly claude: string | undefined;
};

export const homeOf = (directory: string): string => `${directory}/home`;
export const temporaryOf = (directory: string): string => `${directory}/tmp`;

export const bindingsIn = (directory: string, plan: BottlePlan): Binding[] =>
  bindingsOf({ home: homeOf(directory), temporary: temporaryOf(directory) }, plan);

const ownBin = "/opt/claude-bottle/bin";
const searchPath = (home: string) =>
  `${home}/.local/bin:${ownBin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

const agentSocket = "/run/ssh-agent.sock";
const agentEnv = ({ sshAgent }: BottlePlan) => (sshAgent === undefined ? {} : { SSH_AUTH_SOCK: agentSocket });

/** Root needs no capability to write these, and some of them start programs on the host. */
const kernelSettings = [
  "/proc/sys",
  "/proc/sysrq-trigger",
  "/proc/irq",
  "/proc/bus",
  "/proc/fs",
  "/proc/acpi",
  "/proc/scsi",
];

/** bubblewrap takes the filter from a descriptor, which nobody but a shell can be asked to open. */
const withFilter = (filter: string, argv: readonly string[]): string[] => [
  "/bin/sh",
  "-c",
  'exec 9<"$1" && shift && exec "$@"',
  "sh",
  filter,
  ...argv,
];

/** A session. On a terminal, which is the caller's own, the shell of `foregroundArgv` is the sandbox's first process. */
export function sessionArgv(sandbox: Sandbox, plan: BottlePlan, session: SessionPlan): string[] {
  const { id, size, directory, command } = session;
  const prelude = preludeArgv({
    session: id,
    size,
    directory,
    secrets: renamedInside(session.secrets),
    command,
  });
  return withFilter(sandbox.filter, [
    ...sandboxArgv(sandbox, plan),
    ...(plan.sshAgent === undefined ? [] : ["--bind-try", plan.sshAgent, agentSocket]),
    size ? "--as-pid-1" : "--new-session",
    ...environment({ PATH: searchPath(plan.user.home), ...agentEnv(plan), ...session.env, CLAUDE_BOTTLE_SESSION: id }),
    "--",
    ...ifHeld(size ? foregroundArgv(prelude) : prelude),
  ]);
}

/**
 * Until bubblewrap has tied a sandbox to its parent's life, some milliseconds pass; one whose session was killed by then would go on without
 * anybody. Its fd 3, if it has one, is a pipe that the session's end breaks.
 */
const ifHeld = ([shell = "", option = "", script = "", ...words]: readonly string[]): string[] => [
  shell,
  option,
  `[ ! -e /proc/self/fd/3 ] || echo >&3 2>/dev/null || exit 129\nexec 3>&-\n${script}`,
  ...words,
];

/** Run in the sandbox, where a link that a session left in the home leads nowhere. */
export const prepareArgv = (sandbox: Sandbox, plan: BottlePlan, claude: ClaudeHome): string[] =>
  withFilter(sandbox.filter, [
    ...sandboxArgv(sandbox, plan),
    "--new-session",
    ...environment({ PATH: searchPath(plan.user.home), HOME: plan.user.home }),
    "--",
    ...claudeHomeArgv(plan.user.home, claude),
  ]);

/** Mount order matters: a later one lies on top. */
function sandboxArgv(sandbox: Sandbox, plan: BottlePlan): string[] {
  const { bwrap, directory, claude } = sandbox;
  const { network } = plan;
  return [
    bwrap, "--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
    ...(network.mode === "open" ? [] : ["--unshare-net"]),
    "--cap-drop", "ALL", "--seccomp", "9", "--hostname", plan.name,
    ...systemDirectories.flatMap((path) => ["--ro-bind-try", path, path]),
    ...settings.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
    "--proc", "/proc", ...kernelSettings.flatMap((path) => ["--ro-bind-try", path, path]), "--dev", "/dev", "--tmpfs", "/run", "--symlink", "/run", "/var/run", "--tmpfs", "/var/tmp",
    ...bindingsIn(directory, plan).flatMap(({ source, target, mode }) => [mode === "ro" ? "--ro-bind" : "--bind", source, target]),
    ...(claude === undefined ? [] : ["--ro-bind", claude, `${ownBin}/claude`]),
    "--remount-ro", "/", "--chdir", "/",
  ]; // prettier-ignore
}

const environment = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]);

/** A directory that a guest made unwritable is removed all the same. */
export const removeArgv = (directory: string): string[] => [
  "/bin/sh",
  "-c",
  'rm -rf -- "$1" 2>/dev/null || { chmod -R u+rwx -- "$1"; rm -rf -- "$1"; }',
  "sh",
  directory,
];

export const makeArgv = (directory: string): string[] => [
  "mkdir",
  "-m",
  "700",
  "-p",
  homeOf(directory),
  temporaryOf(directory),
];

/** The host process of one of the bottle's sandboxes; ours that wait for it carry the same words further on. */
export const isSandboxOf =
  (directory: string) =>
  (argv: readonly string[]): boolean =>
    (argv[0]?.endsWith("bwrap") ?? false) && argv.includes(homeOf(directory));

/** The home of a bottle below `bottles` that the process is a sandbox on; undefined for any other process. */
export const homeBelow = (bottles: string, argv: readonly string[]): string | undefined =>
  argv[0]?.endsWith("bwrap")
    ? argv.find((word) => word.startsWith(`${bottles}/`) && word.endsWith("/home"))
    : undefined;
