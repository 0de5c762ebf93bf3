import connectScript from "./connect.sh" with { type: "text" };
import claudeHomeScript from "./claude-home.sh" with { type: "text" };
import firstScript from "./first.sh" with { type: "text" };
import foregroundScript from "./foreground.sh" with { type: "text" };
import hangupScript from "./hangup.sh" with { type: "text" };
import holderScript from "./holder.sh" with { type: "text" };
import insideScript from "./inside.sh" with { type: "text" };
import preludeScript from "./prelude.sh" with { type: "text" };
import prepareScript from "./prepare.sh" with { type: "text" };
import type { ClaudeHome } from "./claude-home.ts";
import receiptScript from "./receipt.sh" with { type: "text" };
import startScript from "./start.sh" with { type: "text" };
import seenScript from "./seen.sh" with { type: "text" };
import sessionsScript from "./sessions.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

export type { ClaudeHome };

/** Every process of a session has the session's ID in this variable. */
export const sessionVariable = "CLAUDE_BOTTLE_SESSION";

type Start = {
  readonly session: string;
  readonly size: { rows: number; columns: number } | undefined;
  readonly directory: string;
  /** Variables that reach the backend's program as CLAUDE_BOTTLE_SECRET_NAME. */
  readonly secrets: readonly string[];
  readonly command: readonly string[];
  /** Descriptor 8 closes when the session's process on the host is gone. */
  readonly isHeld?: boolean;
};

/** The first process of a session in the guest. It becomes `command`. */
export const preludeArgv = ({ session, size, directory, secrets, command, isHeld }: Start): string[] => [
  "/bin/sh", "-c", withoutComments(preludeScript), isHeld ? "held" : "sh", session, String(size?.rows ?? 0), String(size?.columns ?? 0), directory, secrets.join(" "), ...command,
]; // prettier-ignore

/** Prefix of a session on the caller's own terminal: gives it a process group that holds no process of the host. */
export const foregroundArgv = (argv: readonly string[]): string[] => [
  "/bin/sh",
  "-c",
  // bash takes the terminal from its stderr. dash loses the exit status when it gives a terminal back.
  'shell=/bin/sh; [ ! -x /bin/bash ] || shell=/bin/bash; exec "$shell" -m -c "$0" sh "$@" 3>&2 2>/dev/tty',
  withoutComments(foregroundScript),
  ...argv,
];

/** Claude Code by `command`. If it loses its terminal, it goes on by `line`, a line of sh, and the conversation's ID behind it. */
export const hangupArgv = (line: string, command: readonly string[]): string[] => [
  "/bin/sh",
  "-c",
  withoutComments(hangupScript),
  "sh",
  line,
  ...command,
];

/** The first process of a bottle's own process tree. `home` is the bottle's home on the host, which identifies it there. */
export const holderArgv = (home: string, idleMinutes: number): string[] => [
  "/bin/sh", "-c", withoutComments(holderScript), "claude-bottle-holder", home, String(idleMinutes),
]; // prettier-ignore

/** Asks every process of the bottle except the first to end. */
export const restArgv = (): string[] => ["/bin/sh", "-c", "kill -TERM -1; kill -CONT -1"];

/** Starts a process on the host that outlives us. It reads the file `filter` as descriptor 9 and writes the file `facts` as descriptor 8. */
export const startArgv = (
  { fifo, filter = "/dev/null", facts = "/dev/null" }: { fifo: string; filter?: string; facts?: string },
  argv: readonly string[],
): string[] => ["/bin/sh", "-c", withoutComments(startScript), "sh", fifo, filter, facts, ...argv];

/** Run as the guest's root: sets up the user, the home and the project's path. `mount` is where the project is mounted. */
export const prepareArgv = ({ user, directory }: Place, mount: string, claude: ClaudeHome): string[] => [
  "/bin/sh", "-c", withoutComments(`${prepareScript}${claudeHomeScript}${seen}`), "sh",
  String(user.uid), String(user.gid), user.name, user.home, directory, mount, claude.config, claude.settings, ...claude.git, ...claude.network, ...claude.shared,
]; // prettier-ignore

/** Run as the bottle's user: only what Claude needs in the home. */
/** A container's first process: prepares a new bottle, writes the output to `seen`, and then idles in a shell. */
export const firstArgv = (seen: string, idle: string, prepare: readonly string[]): string[] => [
  "/bin/sh", "-c", withoutComments(firstScript), "sh", seen, idle, ...prepare,
]; // prettier-ignore

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
  ...claude.network,
  ...claude.shared,
];

/** Runs after claude-home.sh and its arguments. */
const seen = `shift 9\n${seenScript}`;

/** Run as the guest's root: lists what was written since the bottle was created, each path ending with a NUL. */
export const insideArgv = (root: string): string[] => ["/bin/sh", "-c", withoutComments(insideScript), "sh", root];

/** Run as the bottle's user when a session ends. */
export const receiptArgv = (directory: string, seconds: number, conversation: string): string[] => [
  "/bin/sh", "-c", withoutComments(receiptScript), "sh", directory, String(seconds), conversation,
]; // prettier-ignore

/** As the bottle's user: prints the number of its sessions. */
export const sessionsArgv = (): string[] => ["/bin/sh", "-c", withoutComments(sessionsScript)];

/** Connects its stdin and stdout to a port on the bottle's loopback. */
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
