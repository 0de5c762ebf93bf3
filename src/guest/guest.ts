import connectScript from "./connect.sh" with { type: "text" };
import claudeHomeScript from "./claude-home.sh" with { type: "text" };
import foregroundScript from "./foreground.sh" with { type: "text" };
import holderScript from "./holder.sh" with { type: "text" };
import insideScript from "./inside.sh" with { type: "text" };
import preludeScript from "./prelude.sh" with { type: "text" };
import prepareScript from "./prepare.sh" with { type: "text" };
import type { ClaudeHome } from "./claude-home.ts";
import receiptScript from "./receipt.sh" with { type: "text" };
import startScript from "./start.sh" with { type: "text" };
import seenScript from "./seen.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

export type { ClaudeHome };

/** Every process of a session has its id in this variable. */
export const sessionVariable = "CLAUDE_BOTTLE_SESSION";

type Start = {
  readonly session: string;
  readonly size: { rows: number; columns: number } | undefined;
  readonly directory: string;
  /** Variables that the backend's program got as CLAUDE_BOTTLE_SECRET_NAME. */
  readonly secrets: readonly string[];
  readonly command: readonly string[];
  /** Descriptor 8 breaks when the host's process that the session belongs to is gone. */
  readonly isHeld?: boolean;
};

/** What a session's first process is in the guest; it becomes `command`. */
export const preludeArgv = ({ session, size, directory, secrets, command, isHeld }: Start): string[] => [
  "/bin/sh", "-c", withoutComments(preludeScript), isHeld ? "held" : "sh", session, String(size?.rows ?? 0), String(size?.columns ?? 0), directory, secrets.join(" "), ...command,
]; // prettier-ignore

/** Before a session's argv, where its terminal is the caller's own: in a process group that the host has no part in. */
export const foregroundArgv = (argv: readonly string[]): string[] => [
  "/bin/sh",
  "-c",
  // bash takes the terminal from its stderr, and dash has no status of its own when it gives a terminal back.
  'shell=/bin/sh; [ ! -x /bin/bash ] || shell=/bin/bash; exec "$shell" -m -c "$0" sh "$@" 3>&2 2>/dev/tty',
  withoutComments(foregroundScript),
  ...argv,
];

/** The first process of a bottle's own process tree. `home` is its home on the host, by which it is known there. */
export const holderArgv = (home: string, idleMinutes: number): string[] => [
  "/bin/sh", "-c", withoutComments(holderScript), "claude-bottle-holder", home, String(idleMinutes),
]; // prettier-ignore

/** Asks every process of the bottle but its first one to end. */
export const restArgv = (): string[] => ["/bin/sh", "-c", "kill -TERM -1; kill -CONT -1"];

/** On the host, starts what goes on without us. `filter` is a file that it reads as descriptor 9, `facts` one that it writes as descriptor 8. */
export const startArgv = (
  { fifo, filter = "/dev/null", facts = "/dev/null" }: { fifo: string; filter?: string; facts?: string },
  argv: readonly string[],
): string[] => ["/bin/sh", "-c", withoutComments(startScript), "sh", fifo, filter, facts, ...argv];

/** As the guest's root: the user, the home and the project's path; `mount` is where the project is mounted. */
export const prepareArgv = ({ user, directory }: Place, mount: string, claude: ClaudeHome): string[] => [
  "/bin/sh", "-c", withoutComments(`${prepareScript}${claudeHomeScript}${seen}`), "sh",
  String(user.uid), String(user.gid), user.name, user.home, directory, mount, claude.config, claude.settings, ...claude.git, ...claude.shared,
]; // prettier-ignore

/** As the bottle's user: no more than what Claude wants to find at home. */
export const claudeHomeArgv = (home: string, claude: ClaudeHome): string[] => [
  "/bin/sh",
  "-c",
  withoutComments(`${claudeHomeScript}${seen}`),
  "sh",
  home,
  claude.config,
  claude.settings,
  "",
  ...claude.git,
  ...claude.shared,
];

/** What follows the words of claude-home.sh. */
const seen = `shift 7\n${seenScript}`;

/** As the guest's root: what was written since the bottle was made, each path with a NUL behind it. */
export const insideArgv = (root: string): string[] => ["/bin/sh", "-c", withoutComments(insideScript), "sh", root];

/** As the bottle's user, when a session ends. */
export const receiptArgv = (directory: string, seconds: number, conversation: string): string[] => [
  "/bin/sh", "-c", withoutComments(receiptScript), "sh", directory, String(seconds), conversation,
]; // prettier-ignore

/** Connects its stdin and stdout with a port of the bottle's loopback. */
export const connectArgv = (port: number): string[] => [
  "/bin/sh",
  "-c",
  withoutComments(connectScript),
  "sh",
  String(port),
];

type Place = {
  readonly user: { readonly uid: number; readonly gid: number; readonly name: string; readonly home: string };
  readonly directory: string;
};
