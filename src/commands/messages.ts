import { printable } from "../lib/quote.ts";

/** A line, and what to type next. */
type Hinted = readonly [text: string, hint: string];

// allow
export const hostForNextBottle = (host: string, file: string | undefined): string =>
  `added "${host}" to "${file}", for the next bottle`;

export const hostOpen = (bottle: string, host: string, file: string | undefined): string =>
  `bottle "${bottle}" may reach "${host}"${file ? `, added to "${file}"` : ""}`;

// gc
export const nothingToRemove = "there is nothing to remove";
export const howToRemove = "to remove these: claude-bottle gc --yes";

/** `how`: the command that removes it. */
export const keptByHand = (kind: string, name: string, how: string): string =>
  `kept ${kind} "${name}": it may hold the only copy of something; to remove it: ${how}`;

export const keptInUse = (kind: string, name: string): string => `kept ${kind} "${name}": it is in use again`;

// init
export const manifestWritten: Hinted = ["wrote bottle.toml", "to see the settings in effect: claude-bottle config"];

// login
export const loginForgotten = (was: boolean): string => (was ? "login removed" : "there was no login");
export const noLogin: Hinted = ["there is no login", "claude-bottle login"];
export const mayShareLogin = "Share the login of Claude Code on this machine?";
export const pasteToken = "Paste a token from `claude setup-token`, or an API key:";

// logs
/** Why a part of the history is missing. */
export const incompleteLog = (backend: string, complaint: string): string => `${backend}: ${complaint}`;

// ls
export const noBottles: Hinted = ["there are no bottles", "to create one for this directory: claude-bottle run"];
export const noHostDenied = "no bottle was denied a host";
export const howToAllow = "to allow one: claude-bottle allow HOST";

// port
export const noPortOpen: Hinted = ["no port is open", "to open one: claude-bottle port 3000"];

export const networkShared = (bottle: string, port: number): string =>
  `bottle "${bottle}" shares this machine's network: http://127.0.0.1:${port}`;

export const portReaches = (url: string, port: number, bottle: string): string =>
  `${url} reaches port ${port} of bottle "${bottle}"`;

export const portReachesForNow = (url: string, port: number, bottle: string): string =>
  `${portReaches(url, port, bottle)}; Ctrl-C closes it`;

// rm
export const lossesUnknown = (bottle: string): string =>
  `bottle "${bottle}" is stopped, so what only exists in it is not known`;

export const worktreeRemoved = (directory: string, branch: string): string =>
  `removed worktree "${printable(directory)}" and branch "${branch}"`;

/** `left`: what exists only there. */
export const worktreeKept = (directory: string, branch: string, left: readonly string[]): string =>
  `kept worktree "${printable(directory)}" of branch "${branch}": ${left.join("; ")}`;

// run
export const portsOpen = (open: readonly { readonly port: number; readonly url: string }[]): string =>
  open.map(({ port, url }) => `port ${port} of the bottle is ${url}`).join("; ");

export const worktreeCreated = (directory: string, branch: string): string =>
  `created worktree "${printable(directory)}" of branch "${branch}"`;

export const filesShared: Hinted = [
  "another agent works in this directory, and both edit the same files",
  "to work beside it: claude-bottle run --worktree NAME",
];

// stop
export const noBottleRunning = "no bottle is running";

// sync. `files`: their enumeration.
export const nothingToSync = (bottle: string): string =>
  `bottle "${bottle}" works on the project itself; there is nothing to sync`;

export const pulled = (files: string): string => `pulled from the bottle: ${files}`;
export const pushed = (files: string): string => `pushed to the bottle: ${files}`;
export const skipped = (files: string): string => `skipped (not a regular file): ${files}`;
export const inSync = (bottle: string): string => `project and bottle "${bottle}" are in sync`;

// template
export const templatePushed = (reference: string): Hinted => [
  `pushed the template to ${reference}`,
  `kubernetes.image = "${reference}"`,
];

// tmux
export const runsInBackground = (session: string): string => `session ${session} runs in the background`;

// trust
export const trustRevoked = (directory: string, was: boolean): string =>
  was ? `"${directory}" is no longer trusted` : `"${directory}" was not trusted`;

export const nothingToTrust = "bottle.toml asks for nothing that needs your trust";
export const trustedAlready = "you already trust this";
export const nothingTrusted = "nothing was trusted";
export const trustedUntilChanged = "trusted, until any of this changes";
export const mayTrust = "Trust this?";
export const noProjectTrusted = "you trust no project";

// uninstall
export const purgeLoses = "conversations and files that only exist in these bottles will be lost";
export const mayPurge = "Remove all of this?";
