import { encodeLabel } from "../../lib/label.ts";
import { claudeHome } from "../../guest/claude-home.ts";
import { firstArgv, preludeArgv, prepareArgv as guestPrepareArgv } from "../../guest/guest.ts";
import { hostNameOf, renamedInside } from "../../plan/credentials.ts";
import type { BottlePlan, EngineFacts, GuestUser, MountPlan, SessionPlan } from "../../plan/plan.ts";
import { sessionUser } from "../../plan/session.ts";
import { preparedIn } from "./preparation.ts";

/** Arguments that docker and podman both understand; each function returns those after the program's name. */
export type ProgramName = "docker" | "podman";

export const labels = {
  mark: "claude-bottle",
  directory: "claude-bottle.directory",
  uid: "claude-bottle.uid",
  /** The project in it is a copy. */
  copied: "claude-bottle.copied",
  /** On a container that belongs to a bottle: the name of that bottle. */
  bottle: "claude-bottle.of",
} as const;

/** Needed to set up the user and, if a bottle's user is root, by a package manager. */
const capabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID"];
const pidsLimit = "4096";

/** As the first process, a shell reaps orphans, and `wait` lets it respond to TERM at once. */
const idle = "trap 'exit 0' TERM INT; sleep 2147483647 & wait";

const agentSocket = "/run/ssh-agent.sock";

/** `agent` is a link to the ssh agent's socket, which the engine follows at each start. */
export function runArgv(plan: BottlePlan, { image, keepId, limits, selinux }: EngineFacts, agent: string): string[] {
  const { name, directory, network, sshAgent } = plan;
  return [
    ...backgroundArgv, "--name", name, "--hostname", name,
    "--label", `${labels.mark}=${plan.backend}`,
    "--label", `${labels.directory}=${encodeLabel(directory)}`,
    "--label", `${labels.uid}=${plan.user.uid}`, ...(plan.copied ? ["--label", `${labels.copied}=1`] : []),
    "--security-opt", "no-new-privileges", ...withoutProxyArgv(plan.backend),
    ...(selinux ? ["--security-opt", "label=disable"] : []),
    "--cap-drop", "all", ...capabilities.flatMap((capability) => ["--cap-add", capability]),
    ...(limits.cpus ? ["--cpus", String(plan.cpus)] : []),
    ...(limits.memory ? ["--memory", `${plan.memoryMiB}m`] : []),
    ...(limits.pids ? ["--pids-limit", pidsLimit] : []),
    ...(keepId ? ["--userns", "keep-id"] : []),
    ...(network.mode === "open" ? [] : ["--network", "none"]),
    ...(plan.copied ? [] : mountArgv({ source: directory, target: directory, mode: "rw" })),
    ...plan.mounts.flatMap(mountArgv),
    ...recordMounts(plan).flatMap(mountArgv),
    ...(sshAgent === undefined ? [] : mountArgv({ source: agent, target: agentSocket, mode: "rw" })),
    "--user", "0:0", "--workdir", "/", "--entrypoint", "/bin/sh", image, ...firstWords(plan),
  ]; // prettier-ignore
}

/** Whether its first process prepares it: not if the engine's description of the container would then hold a credential, or if it could not report. */
export const preparesItself = (plan: BottlePlan): boolean =>
  plan.records !== undefined && preparationSecrets(plan).length === 0;

const firstWords = (plan: BottlePlan): string[] =>
  preparesItself(plan)
    ? firstArgv(preparedIn(`${sessionUser(plan).home}/.claude`), idle, guestPreparation(plan)).slice(1)
    : ["-c", idle];

/** A container in the background, of an image that exists. */
export const backgroundArgv = ["run", "-d", "--pull", "never"] as const;

/**
 * podman would write the proxy variables of our environment into the container's configuration, and docker those of its own settings, including
 * passwords. Sessions get the ones that they need.
 */
export const withoutProxyArgv = (program: string): string[] =>
  program === "podman"
    ? ["--http-proxy=false"]
    : ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => ["-e", `${name}=`, "-e", `${name.toLowerCase()}=`]); // prettier-ignore

/** The parts of the bottle's ~/.claude that tell what its sessions do. */
export const recordMounts = ({ records, engine, user }: BottlePlan): MountPlan[] =>
  records === undefined
    ? []
    : recordDirectories.map((name) => ({
        source: `${records}/${name}`,
        target: `${(engine?.user ?? user).home}/.claude/${name}`,
        mode: "rw",
      }));
const recordDirectories = ["sessions", "jobs", "claude-bottle"];

/** `-v` splits at colons. `--mount` takes CSV, but podman's docker-compatible service loses its quotes. */
function mountArgv({ source, target, mode }: MountPlan): string[] {
  if (!source.includes(":")) return ["-v", `${source}:${target}${mode === "ro" ? ":ro" : ""}`];
  const isPlain = !/[",\n]/.test(source);
  const field = (key: string, path: string) => (isPlain ? `${key}=${path}` : `"${key}=${path.replaceAll('"', '""')}"`);
  const words = ["type=bind", field("src", source), field("dst", target), ...(mode === "ro" ? ["readonly"] : [])];
  return ["--mount", words.join(",")];
}

export const agentEnv = ({ sshAgent }: BottlePlan): Record<string, string> =>
  sshAgent ? { SSH_AUTH_SOCK: agentSocket } : {};

export const startArgv = (names: readonly string[]): string[] => ["start", ...names];
export const unpauseArgv = (name: string): string[] => ["unpause", name];
export const stopArgv = (name: string): string[] => ["stop", "-t", "5", name];
/** `-v` also removes the volumes that the image's VOLUME lines created. */
export const removeArgv = (name: string): string[] => ["rm", "-f", "-v", name];
export const inspectArgv = (name: string): string[] => ["container", "inspect", name];
/** One state per line. */
export const statesArgv = (names: readonly string[]): string[] => [
  "container",
  "inspect",
  "--format",
  "{{.State.Status}}",
  ...names,
];
/** docker may talk to podman's service; each lists only its own containers. */
export const listArgv = (program: ProgramName): string[] => [
  "ps",
  "-a",
  "--filter",
  `label=${labels.mark}=${program}`,
  "--format",
  "{{json .}}",
];
/** The containers that belong to bottles. */
export const partsArgv = (): string[] => ["ps", "-a", "--filter", `label=${labels.bottle}`, "--format", "{{json .}}"];
/** All containers of the engine, or those of an image, one name per line. */
export const namesArgv = (image?: string): string[] => [
  "ps",
  "-a",
  ...(image === undefined ? [] : ["--filter", `ancestor=${image}`]),
  "--format",
  "{{.Names}}",
];
/** Fails if one of them does not exist. */
export const imageIdArgv = (references: readonly string[]): string[] => [
  "image",
  "inspect",
  "--format",
  "{{.Id}}",
  ...references,
];
/** Our images: reference, size and ID, separated by tabs. */
export const imagesArgv = (): string[] => [
  "images",
  "--no-trunc",
  "--filter",
  "reference=localhost/claude-bottle/*",
  "--format",
  "{{.Repository}}:{{.Tag}}\t{{.Size}}\t{{.ID}}",
];
/** Not forced, so that the engine keeps an image that a container uses. */
export const removeImageArgv = (reference: string): string[] => ["image", "rm", reference];
export const volumesArgv = (): string[] => ["volume", "ls", "--format", "{{.Name}}"];
/** The size that each container has written on top of its image. */
export const sizesArgv = (names: readonly string[]): string[] => [
  "container",
  "inspect",
  "--size",
  "--format",
  "{{.Name}} {{.SizeRw}}",
  ...names,
];
/** Lists what was added to, changed in and deleted from its image. */
export const diffArgv = (name: string): string[] => ["diff", name];
/** Fails if the engine does not answer or cannot work. podman's `info` would be slow: it asks the system's packages for versions. */
export const isThereArgv = (): string[] => ["ps", "--quiet", "--last", "1"];

/** Prints the content of that file on this machine, if the engine sees it. */
export const sharingArgv = (program: ProgramName, file: string, image: string): string[] => [
  "run", "--rm", "--pull", "never", ...withoutProxyArgv(program), "--network", "none", "--security-opt", "label=disable",
  ...mountArgv({ source: file, target: "/marker", mode: "ro" }),
  "--user", "0:0", "--entrypoint", "/bin/sh", image, "-c", "cat /marker",
]; // prettier-ignore

export const infoArgv = (): string[] => ["info", "--format", "{{json .}}"];

/** Run as root in the container after every start. */
export const prepareArgv = (plan: BottlePlan): string[] => [
  "exec", "--user", "0:0", "-w", "/", ...secretArgv(preparationSecrets(plan)), plan.name, ...guestPreparation(plan),
]; // prettier-ignore

const guestPreparation = (plan: BottlePlan): string[] =>
  guestPrepareArgv({ user: sessionUser(plan), directory: plan.directory }, plan.directory, claudeHome(plan));
/** The only one that claude-home.sh reads. */
const preparationSecrets = ({ credentials }: BottlePlan): string[] =>
  credentials.map(({ variable }) => variable).filter((variable) => variable === "ANTHROPIC_API_KEY");

/**
 * podman accepts no detach keys at all. docker does not, and holds back the first key of the sequence until the next one, so the sequence starts with
 * a key that is hardly ever used.
 */
const detachKeys = { podman: "", docker: "ctrl-^,ctrl-@,ctrl-^,ctrl-@" } as const;

export function sessionArgv(program: ProgramName, session: SessionPlan): string[] {
  const { size, id } = session;
  return [
    "exec", "-i", ...(size ? ["-t", "--detach-keys", detachKeys[program]] : []),
    ...userArgv(session.user), "-w", "/",
    ...Object.entries({ ...session.env, CLAUDE_BOTTLE_SESSION: id }).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    ...secretArgv(session.secrets),
    session.bottle, ...preludeArgv({ session: id, size, directory: session.directory, secrets: renamedInside(session.secrets), command: session.command }),
  ]; // prettier-ignore
}

export const controlArgv = (session: SessionPlan): string[] => [
  "exec",
  ...userArgv(session.user),
  "-w",
  "/",
  session.bottle,
];

const userArgv = ({ uid, gid }: GuestUser) => ["--user", `${uid}:${gid}`];
/** The value is in the environment of the program that we start. */
const secretArgv = (variables: readonly string[]) => variables.flatMap((variable) => ["-e", hostNameOf(variable)]);
