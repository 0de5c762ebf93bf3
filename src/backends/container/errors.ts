import { UserError } from "../../errors.ts";
import { count } from "../../lib/count.ts";
import { printable } from "../../lib/quote.ts";
import type { Run } from "../../system/system.ts";
import type { Progress } from "../../ui/work.ts";
import type { ProgramName } from "./argv.ts";

type Rule = readonly [words: RegExp, message: string, hint: (program: ProgramName) => string];

const silent = "its engine does not answer";
const startOf = (program: ProgramName) =>
  program === "docker" ? "start it: sudo systemctl start docker" : "start it: systemctl --user start podman.socket";

const rules: readonly Rule[] = [
  [
    /permission denied.*(docker|podman)\S*\.sock|dial unix .*permission denied/i,
    "you may not open its socket",
    () => "sudo usermod -aG docker $USER, then log in again",
  ],
  [
    /cannot connect to (the docker daemon|podman)|is the docker daemon running|connection refused|dial unix .*no such file|error during connect|no route to host|could not resolve host/i,
    silent,
    startOf,
  ],
  [
    /newuidmap|newgidmap/,
    "podman without root needs newuidmap, which is not installed or not usable",
    () => "sudo apt-get install uidmap",
  ],
  [
    /no subuid ranges|no subgid ranges|cannot find mappings for user|\/etc\/sub[ug]id/i,
    "podman without root needs a range of user ids, and you have none",
    () => "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER, then: podman system migrate",
  ],
  [
    /no space left|disk quota exceeded/i,
    "no space left on device",
    (program) => `free some disk space, for example by ${program} system prune`,
  ],
  [/image not known|no such image/i, "its image is missing", () => "claude-bottle run --fresh recreates the bottle"],
  [
    /container state improper|paused or unknown state/i,
    "it has lost track of the container",
    () => "list what exists only in it: claude-bottle rm --dry-run; recreate it: claude-bottle run --fresh",
  ],
  [
    /already in use|name .* is in use/i,
    "a container of that name already exists",
    (program) => `${program} ps -a shows it`,
  ],
  [
    /mounts denied|not shared from the host/i,
    "its engine may not share this directory",
    () => "allow it in the settings of the engine (Resources, File sharing)",
  ],
  [
    /bind source path does not exist|statfs .*no such file/i,
    "its engine does not see this directory",
    () => "is it on another machine? claude-bottle needs one that shares this machine's files",
  ],
];

/** The engine's own words for a failure, without the text around them. */
export function wordsOf({ stdout, stderr }: Run): string {
  const lines = (stderr.trim() || stdout.trim()).split("\n").filter(isError);
  return printable(lines.join(": ").replace(leader, ""));
}

/** `doing`: the action, such as "make bottle x". */
export function engineError(program: ProgramName, doing: string, run: Run): UserError {
  const words = wordsOf(run);
  const rule = rules.find(([pattern]) => pattern.test(words));
  if (rule) return new UserError(`cannot ${doing} with ${program}: ${rule[1]}`, { hint: rule[2](program) });
  const [first = `nothing, and ends with status ${run.code}`, ...further] = errorsOf(run);
  return new UserError(`cannot ${doing}: ${program} says: ${first}`, {
    hint: further.length === 0 ? "" : `${program} printed ${count(further.length, "further error")}; with --verbose you see its commands, to run them yourself`,
  });
} // prettier-ignore

/** podman repeats one cause for each container that it concerns, wrapped in a log line. */
function errorsOf({ stdout, stderr }: Run): string[] {
  const lines = (stderr.trim() || stdout.trim()).split("\n").filter(isError);
  const causes = lines.map((line) => /level=error msg="(.*)"$/.exec(line)?.[1]?.replace(/\\(["\\])/g, "$1") ?? line);
  return [...new Set(causes.map((cause) => shortened(printable(cause.replace(leader, "")))))];
}

const isError = (line: string) => !/level=(warning|info)|^$|^Run '|^Emulate Docker/.test(line);
const leader = /^(Error: |docker: |Error response from daemon: )+/;
const shortened = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}...` : text);

export const notAnArchive = (image: string, why: string): UserError =>
  new UserError(`cannot load image "${printable(image)}": ${why}`, {
    hint: "save one image: podman save --output FILE IMAGE (or docker save)",
  });

/** For an engine that accepts the request and does not answer. */
export const silentEngine = (program: ProgramName, doing: string): UserError =>
  new UserError(`cannot ${doing} with ${program}: ${silent}`, { hint: startOf(program) });

const unknown = /no such (container|object|volume)|no (container|volume) with name/i;

/** The engine only says that it knows nothing of that name. */
export const isUnknown = (run: Run): boolean =>
  run.code !== 0 &&
  run.stderr
    .trim()
    .split("\n")
    .every((line) => unknown.test(line));

/** podman 4.3's message for a paused container, and for one whose monitor was killed. */
export const isImproper = ({ code, stderr }: Run): boolean =>
  code !== 0 && /state improper|is paused|a paused container/i.test(stderr);

export const mentionsUnknown = ({ code, stderr }: Run): boolean => code !== 0 && unknown.test(stderr);

export const cannotPush = (reference: string, program: string, { logHint }: Pick<Progress, "logHint">): UserError =>
  new UserError(`cannot push the template to "${printable(reference)}" with ${program}`, {
    hint: `${logHint}\nlog in to the registry first: ${program} login`,
  });

export const noImage = (image: string): UserError =>
  new UserError(`the image "${printable(image)}" does not exist`, { hint: "correct image in bottle.toml" });

export const cannotFetch = (image: string, program: string, { logHint }: Pick<Progress, "logHint">): UserError =>
  new UserError(`cannot fetch image "${printable(image)}" with ${program}`, { hint: logHint });

export const unknownList = (): UserError =>
  new UserError("the list of containers has neither docker's nor podman's format");

/** `command`: what installs podman here. */
export const engineMissing = (program: ProgramName, command: string): UserError =>
  new UserError(`${program} is not installed`, {
    hint: `install it: ${program === "docker" ? "https://docs.docker.com/engine/install" : command}`,
  });

/** For `copiedPlan`. */
export const elsewhere = {
  place: "engine is on another machine",
  mounts: "choose an engine of this machine",
  gateway: "the engine's machine reaches",
};
