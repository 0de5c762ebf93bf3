import { encodeLabel } from "../../lib/label.ts";
import {
  type ClaudeHome,
  insideArgv as guestInsideArgv,
  preludeArgv,
  prepareArgv as guestPrepareArgv,
} from "../../guest/guest.ts";
import { hostNameOf, renamedInside } from "../../plan/credentials.ts";
import type { BottlePlan, GuestUser, SessionPlan } from "../../plan/plan.ts";
import { certificatesFile, hashOf, setupScript, type Recipe } from "../recipe.ts";

/** Where the project is mounted if smolvm cannot be given its path. It is bound to that path after each start. */
export const plainMount = "/mnt/project";

/** Where smolvm puts the ssh agent of a machine. smolvm tells only some programs. */
const agentSocket = "/tmp/ssh-agent.sock";

/** The host's loopback, seen from a guest. */
export const loopbackAddress = "100.96.0.1";

export const labels = {
  mark: "claude-bottle",
  directory: "claude-bottle.directory",
  uid: "claude-bottle.uid",
  /** On the machine in which a template is built. */
  template: "claude-bottle.template",
} as const;

/** smolvm 1.32 does not start with a space in a guest path, and cannot express a colon in a host path. */
export const isPlainPath = (path: string): boolean => /^[A-Za-z0-9_.@+,/-]+$/.test(path);

/** Symlinks with plain names to directories whose own names smolvm cannot express. */
export function linksOf({ directory, mounts }: BottlePlan, link: string): { link: string; target: string }[] {
  return [directory, ...mounts.map(({ source }) => source)].flatMap((target, index) =>
    isPlainPath(target) ? [] : [{ link: linkName(link, index), target }],
  );
}

const linkName = (link: string, index: number) => (index === 0 ? link : `${link}-${index}`);

function volumesOf({ directory, mounts }: BottlePlan, link: string): string[] {
  const project = isPlainPath(directory) ? `${directory}:${directory}` : `${link}:${plainMount}`;
  const others = mounts.map(
    ({ source, target, mode }, index) =>
      `${isPlainPath(source) ? source : linkName(link, index + 1)}:${target}${mode === "ro" ? ":ro" : ""}`,
  );
  return [project, ...others].flatMap((volume) => ["-v", volume]);
}

/** `link` is the prefix of the symlinks' names. Credentials and volumes are fixed here: smolvm's `update` changes neither. */
export function createArgv(plan: BottlePlan, link: string): string[] {
  const { directory } = plan;
  return [
    "machine", "create", "--error-format", "json", "--name", plan.name,
    "--cpus", String(plan.cpus), "--mem", String(plan.memoryMiB),
    ...madeFromArgv(plan),
    ...volumesOf(plan, link),
    "--label", `${labels.mark}=1`,
    "--label", `${labels.directory}=${encodeLabel(directory)}`,
    "--label", `${labels.uid}=${plan.user.uid}`,
    ...networkArgv(plan.network),
    ...(plan.sshAgent === undefined ? [] : ["--ssh-agent"]),
    ...plan.credentials.flatMap(({ variable, host }) => (host === undefined ? [] : ["--credential", `${credentialName(variable)}=${hostNameOf(variable)}@${host}`])),
  ]; // prettier-ignore
}

function madeFromArgv({ pack, image }: BottlePlan): string[] {
  if (pack !== undefined) return ["--from", pack];
  return image === undefined ? [] : ["--image", image];
}

/** The machine in which a template is built. */
export const builderName = (recipe: Recipe): string => `claude-bottle-template-${hashOf(recipe)}`;

/**
 * The commands that build a template, in order: a machine of the bottle's size without anything of its project and without secrets. `pack`: where
 * smolvm saves it; smolvm appends an extension. `proxied`: this machine's network is behind a proxy.
 */
export function buildArgvs(
  recipe: Recipe,
  { cpus, memoryMiB }: Pick<BottlePlan, "cpus" | "memoryMiB">,
  { pack, proxied }: { readonly pack: string; readonly proxied: boolean },
) {
  const name = builderName(recipe);
  const { base, script, purpose, words, setup } = recipe;
  const commands = [["/bin/sh", "-c", script, purpose, ...words], ...(setup === undefined ? [] : [["/bin/sh", "-euc", setupScript(setup)]])]; // prettier-ignore
  return {
    create: [
      "machine", "create", "--error-format", "json", "--name", name, "--cpus", String(cpus), "--mem", String(memoryMiB),
      "--image", base, "--label", `${labels.template}=${hashOf(recipe)}`, "--net", ...(proxied ? ["--use-host-proxy"] : []),
    ],
    start: startArgv(name),
    /** Reads them on stdin. */
    certificates: asRootArgv(name, ["/bin/sh", "-c", 'mkdir -p "${0%/*}" && cat >"$0"', certificatesFile]),
    runs: commands.map((command) => asRootArgv(name, command)),
    stop: stopArgv(name),
    save: ["pack", "create", "--error-format", "json", "--from-vm", name, "-o", pack],
    remove: deleteArgv(name),
  }; // prettier-ignore
}

/** Returns both outputs as they come, of any length. */
export const asRootArgv = (name: string, command: readonly string[]): string[] => [
  "machine", "exec", "--name", name, "--user", "0:0", "-i", "--", ...command,
]; // prettier-ignore

const credentialName = (variable: string) => variable.toLowerCase().replaceAll("_", "-");

function networkArgv({ mode, hosts }: BottlePlan["network"]): string[] {
  if (mode === "open") return ["--net"];
  if (mode === "off") return [];
  return hosts.flatMap((host) => {
    if (/^\d+(\.\d+){3}$/.test(host)) return ["--allow-cidr", `${host}/32`];
    if (/^\d+(\.\d+){3}\/\d+$/.test(host)) return ["--allow-cidr", host];
    return ["--allow-host-pattern", host];
  });
}

/** Replaces the allowed hosts, at once if the machine runs. */
export const networkUpdateArgv = (plan: BottlePlan): string[] => [
  "machine", "update", "--error-format", "json", "--name", plan.name, "--reset-allow-list", ...networkArgv(plan.network),
]; // prettier-ignore

export const deniedArgv = (name: string): string[] => ["machine", "egress-events", "--error-format", "json", "--name", name, "--json"]; // prettier-ignore

/** Prints the directory that holds the machine's disks. */
export const dataDirectoryArgv = (name: string): string[] => ["machine", "data-dir", "--name", name];
export const startArgv = (name: string): string[] => ["machine", "start", "--error-format", "json", "--name", name];
export const stopArgv = (name: string): string[] => ["machine", "stop", "--error-format", "json", "--name", name];
export const deleteArgv = (name: string): string[] => [
  "machine",
  "delete",
  "--error-format",
  "json",
  "--name",
  name,
  "-f",
];
/** Removes unpacked packs that no machine uses. */
export const pruneArgv = (): string[] => ["pack", "prune", "--error-format", "json", "--all"];
export const statusArgv = (name: string): string[] => [
  "machine",
  "status",
  "--error-format",
  "json",
  "--name",
  name,
  "--json",
];
export const listArgv = (): string[] => ["machine", "ls", "--error-format", "json", "--json"];

/** Run as root in the guest after every start: a start without us loses the bind mount. */
export function prepareArgv(plan: BottlePlan, claude: ClaudeHome): string[] {
  const { directory } = plan;
  return [
    "machine", "exec", "--error-format", "json", "--name", plan.name,
    ...secretArgv(plan.credentials.filter(({ host }) => host === undefined).map(({ variable }) => variable)),
    "--", ...guestPrepareArgv(plan, isPlainPath(directory) ? directory : plainMount, claude),
  ]; // prettier-ignore
}

/** Run as root in the guest. */
export const insideArgv = (name: string): string[] => [
  "machine", "exec", "--error-format", "json", "--name", name, "--", ...guestInsideArgv("/"),
]; // prettier-ignore

export function sessionArgv({ sshAgent, credentials }: BottlePlan, session: SessionPlan): string[] {
  const { size, id } = session;
  const env = {
    ...(sshAgent && { SSH_AUTH_SOCK: agentSocket }),
    ...session.env,
    CLAUDE_BOTTLE_SESSION: id,
  };
  // For each credential that is inserted on the network, the machine has a placeholder under the name of the host program's variable.
  const bound = credentials.flatMap(({ variable, host }) => (host === undefined ? [] : [variable]));
  const secrets = renamedInside(bound.filter((variable) => !session.secrets.includes(variable)));
  return [
    "machine", "exec", "--name", session.bottle, "-i", ...(size ? ["-t"] : []),
    ...userArgv(session.user), "-w", "/",
    ...Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ...secretArgv(session.secrets),
    "--", ...preludeArgv({ session: id, size, directory: session.directory, secrets, command: session.command }),
  ]; // prettier-ignore
}

export const controlArgv = (session: SessionPlan): string[] => [
  "machine",
  "exec",
  "--name",
  session.bottle,
  ...userArgv(session.user),
  "--",
];

const userArgv = ({ uid, gid }: GuestUser) => ["--user", `${uid}:${gid}`];
const secretArgv = (variables: readonly string[]) =>
  variables.flatMap((variable) => ["--secret-env", `${variable}=${hostNameOf(variable)}`]);
