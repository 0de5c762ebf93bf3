import { printable } from "../lib/quote.ts";

// What this room tells the user, apart from its errors. A pair is a text and its hint.

const shownAtMost = 10;

/** `isEarlier`: a session before this one changed the files, and nobody has read of it. */
export function reviewFiles(paths: readonly string[], { isEarlier }: { readonly isEarlier: boolean }) {
  const shown = paths.map(printable);
  const rest = shown.length - shownAtMost;
  const names = rest > 0 ? `${shown.slice(0, shownAtMost).join(", ")} and ${rest} more` : shown.join(", ");
  return [
    `${isEarlier ? "an earlier session changed" : "the session changed"} files that git or Claude Code on this machine will run or read as configuration: ${names}`,
    "review them before you use either of them here",
  ] as const;
}

/** `setting`: its name, without a part that may hold the password. */
export const settingHoldsPassword = (setting: string) =>
  `git's "${setting}" holds a password and stays on this machine`;

export const unsignedWithoutSshAgent =
  "commits are not signed in the bottle: signing needs your ssh agent (bottle.ssh-agent = true) and a public key";

export const unsignedWithoutGpgAgent = "commits are not signed in the bottle: it has no gpg agent";

/** `why`: one of the reasons below. */
export const noRepository = (why: string) => `git finds no repository in the bottle: ${why}`;

export const notInBottle = (path: string) => `"${printable(path)}" is not in the bottle`;

export const linkOutside = (link: string, path: string) =>
  `"${printable(link)}" is a link to "${printable(path)}", which is outside the project`;

export const notWhole = (repository: string) => `"${printable(repository)}" is not a whole repository`;

export const holdsHome = (repository: string) => `"${printable(repository)}" contains your home directory`;

export const holdsOthers = (repository: string, other: string) =>
  `"${printable(repository)}" also holds "${printable(other)}", which is not git's`;

export const unmountable = (repository: string) => `"${printable(repository)}" is a path that smolvm cannot mount`;

export const otherWorktree = (repository: string) =>
  `"${printable(repository)}" does not name this directory as its worktree; to share it, add it to [[mounts]] in bottle.toml, with mode = "rw"`;

export const unrepairedWorktree = (repository: string) =>
  `"${printable(repository)}" does not name this directory as its worktree; try git worktree repair`;

export const aboveProject = (top: string) =>
  `it is in "${printable(top)}", above the project; start claude-bottle there, or put a bottle.toml there`;

export const cannotDeleteReferences = (repository: string) =>
  `git cannot delete references in the bottle (branch -d, stash drop, bisect): they belong to "${printable(repository)}", where a backend without paths of its own lets it write no more than commits`;

export const lacksObjects = (path: string) =>
  `git lacks objects in the bottle: the repository borrows those of "${printable(path)}"; to share it, add it to [[mounts]] in bottle.toml`;

export const needsNewerGit = (extension: string, version: string) =>
  `git in the bottle must be ${version} or newer: the repository has extensions.${extension}`;
