import { encodeLabel } from "../../lib/label.ts";
import {
  type ClaudeHome,
  insideArgv as guestInsideArgv,
  preludeArgv,
  prepareArgv as guestPrepareArgv,
} from "../../guest/guest.ts";
import { hostNameOf, renamedInside } from "../../plan/credentials.ts";
import type { BottlePlan, GuestUser, SessionPlan } from "../../plan/plan.ts";
import { hashOf, setupScript, type Recipe } from "../recipe.ts";

/** Where the project is mounted when its own path cannot be said to smolvm; bound to that path after each start. */
export const plainMount = "/mnt/project";

/** Where smolvm puts the ssh agent that a machine is made with; it tells only some of the programs. */
const agentSocket = "/tmp/ssh-agent.sock";

/** The host's loopback, as a guest sees it. */
export const loopbackAddress = "100.96.0.1";

export const labels = {
  mark: "claude-bottle",
  directory: "claude-bottle.directory",
  uid: "claude-bottle.uid",
  /** Of the machine that a template is built in. */
  template: "claude-bottle.template",
} as const;

/** smolvm 1.32 does not start with a space in a guest path and cannot say a colon in a host path. */
export const isPlainPath = (path: string): boolean => /^[A-Za-z0-9_.@+,/-]+$/.test(path);

/** Symlinks with plain names to the directories whose own names are not plain. */
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

/**
 * `link` is what the names of the symlinks start with.
 * Credentials and volumes are fixed here: smolvm's `update` changes neither.
 */
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

/** The machine that a template is built in. */
export const builderName = (recipe: Recipe): string => `claude-bottle-template-${hashOf(recipe)}`;

/**
 * What builds a template, in this order: a machine of the bottle's size that holds nothing of its project, and no secret. `pack`: where
 * smolvm saves it, to which it adds an ending. `proxied`: this machine's network is behind a proxy.
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
    runs: commands.map((command) => asRootArgv(name, command)),
    stop: stopArgv(name),
    save: ["pack", "create", "--error-format", "json", "--from-vm", name, "-o", pack],
    remove: deleteArgv(name),
  }; // prettier-ignore
}

/** With both outputs as they come, and at any length. */
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

/** In place of what it was allowed before, at once where it runs. */
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
/** Removes what was unpacked of packs and no machine uses. */
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

/** As root in the guest, after every start: a start behind our back loses the bind mount. */
export function prepareArgv(plan: BottlePlan, claude: ClaudeHome): string[] {
  const { directory } = plan;
  return [
    "machine", "exec", "--error-format", "json", "--name", plan.name,
    ...secretArgv(plan.credentials.filter(({ host }) => host === undefined).map(({ variable }) => variable)),
    "--", ...guestPrepareArgv(plan, isPlainPath(directory) ? directory : plainMount, claude),
  ]; // prettier-ignore
}

/** As root in the guest. */
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
  // The machine has a stand-in for each that is put in on the wire, under the name that its program got it by.
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
