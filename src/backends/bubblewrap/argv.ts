import { hostNameOf, renamedInside } from "../../plan/credentials.ts";
import {
  type ClaudeHome,
  claudeHomeArgv,
  foregroundArgv,
  holderArgv,
  preludeArgv,
  sessionVariable,
} from "../../guest/guest.ts";
import { enterArgv } from "../../namespaces/words.ts";
import type { BottlePlan, SessionPlan } from "../../plan/plan.ts";
import { proxyEnv } from "../host-filter.ts";
import { settings, systemDirectories } from "../host-files.ts";
import { type Binding, bindingsOf } from "./pins.ts";

/** Paths on the host. */
export type Sandbox = {
  readonly bwrap: string;
  /** The bottle's own directory, with its home and its /tmp. */
  readonly directory: string;
  /** The host's Claude Code, one executable file. */
  readonly claude: string | undefined;
  /** In place of the host's, if that does not list the caller, as with users of a directory service. */
  readonly passwd?: string | undefined;
  /** What the sandbox may have of its own. `proc` is "host" if a new one cannot be mounted, as in a container that hides parts of its /proc. */
  readonly leave: { readonly proc: "own" | "host"; readonly hostname: boolean };
};

export const homeOf = (directory: string): string => `${directory}/home`;
export const temporaryOf = (directory: string): string => `${directory}/tmp`;

export const bindingsIn = (directory: string, plan: BottlePlan): Binding[] =>
  bindingsOf({ home: homeOf(directory), temporary: temporaryOf(directory) }, plan);

const ownBin = "/opt/claude-bottle/bin";
export const claudeInside = `${ownBin}/claude`;
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const searchPath = (home: string) => `${home}/.local/bin:${ownBin}:${systemPath}`;

const defaultIdleMinutes = 60;

const agentSocket = "/run/ssh-agent.sock";
const agentEnv = ({ sshAgent }: BottlePlan) => (sshAgent === undefined ? {} : { SSH_AUTH_SOCK: agentSocket });

/** Root can write these without a capability, and some of them start programs on the host. */
const kernelSettings = [
  "/proc/sys",
  "/proc/sysrq-trigger",
  "/proc/irq",
  "/proc/bus",
  "/proc/fs",
  "/proc/acpi",
  "/proc/scsi",
];

/** The environment of a session: where programs are, how they find the proxy, and the names of the secrets in the caller's environment. */
const environmentOf = (plan: BottlePlan, { id, env, secrets }: SessionPlan): string[] => {
  const all = {
    PATH: searchPath(plan.user.home),
    ...agentEnv(plan),
    ...env,
    ...proxyEnv(plan),
    [sessionVariable]: id,
  };
  return [...secrets.filter((name) => !(name in all)).map(hostNameOf), ...assignments(all)];
};

const assignments = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);

/** A session, as arguments of `enter`. On the caller's own terminal, the shell of `foregroundArgv` separates it from the host's processes. */
export function sessionArgv(directory: string, plan: BottlePlan, session: SessionPlan): string[] {
  const { id, size, command } = session;
  const prelude = preludeArgv({
    session: id,
    size,
    directory: session.directory,
    secrets: renamedInside(session.secrets),
    command,
    isHeld: true,
  });
  return [
    ...enterArgv(directory, size ? "terminal" : "alone", environmentOf(plan, session)),
    ...(size ? foregroundArgv(prelude) : prelude),
  ];
}

/** Prefix of our own commands in the bottle. */
export const besideArgv = (directory: string, env: Readonly<Record<string, string>>): string[] =>
  enterArgv(directory, "alone", assignments(env));

export const environmentBeside = ({ user }: BottlePlan): Record<string, string> => ({
  PATH: searchPath(user.home),
  HOME: user.home,
});

/** Runs in the bottle, where a link that a session left in the home leads nowhere. */
export const prepareArgv = (directory: string, plan: BottlePlan, claude: ClaudeHome): string[] => [
  ...enterArgv(directory, "alone", [
    ...plan.credentials.map(({ variable }) => variable).filter((variable) => hostNameOf(variable) === variable),
    ...assignments(environmentBeside(plan)),
  ]),
  ...claudeHomeArgv(plan.user.home, claude),
];

/**
 * The bottle's main process, which holds its namespaces. It prints `ready`, and writes its pid on the host to descriptor 8. The order of mounts
 * matters: later ones cover earlier ones.
 */
export function bottleArgv(sandbox: Sandbox, plan: BottlePlan): string[] {
  const { bwrap, directory, claude, passwd, leave } = sandbox;
  const { network, sshAgent } = plan;
  return [
    bwrap, "--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
    ...(network.mode === "open" ? [] : ["--unshare-net"]),
    "--cap-drop", "ALL", "--seccomp", "9", "--info-fd", "8",
    ...(leave.hostname ? ["--hostname", plan.name] : []),
    ...systemDirectories.flatMap((path) => ["--ro-bind-try", path, path]),
    ...settings.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
    ...(passwd === undefined ? [] : ["--ro-bind", passwd, "/etc/passwd"]),
    ...(leave.proc === "own" ? ["--proc", "/proc"] : ["--ro-bind", "/proc", "/proc"]),
    ...kernelSettings.flatMap((path) => ["--ro-bind-try", path, path]), "--dev", "/dev", "--tmpfs", "/run", "--symlink", "/run", "/var/run", "--tmpfs", "/var/tmp",
    ...bindingsIn(directory, plan).flatMap(({ source, target, mode }) => [mode === "ro" ? "--ro-bind" : "--bind", source, target]),
    ...(claude === undefined ? [] : ["--ro-bind", claude, claudeInside]),
    ...(sshAgent ? ["--bind-try", sshAgent, agentSocket] : []),
    "--remount-ro", "/", "--chdir", "/", "--setenv", "PATH", systemPath, "--as-pid-1", "--", ...holderArgv(homeOf(directory), plan.idleMinutes ?? defaultIdleMinutes),
  ]; // prettier-ignore
}

export const makeArgv = (directory: string): string[] => [
  "mkdir",
  "-m",
  "700",
  "-p",
  homeOf(directory),
  temporaryOf(directory),
];

/** The home of the bottle below `bottles` that this process holds, as bubblewrap or as its child; undefined for any other process. */
export const homeBelow = (bottles: string, argv: readonly string[]): string | undefined =>
  argv[0]?.endsWith("bwrap") || argv[3] === "claude-bottle-holder"
    ? argv.find((word) => word.startsWith(`${bottles}/`) && word.endsWith("/home"))
    : undefined;
