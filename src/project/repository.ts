import { basename, dirname, isAbsolute } from "node:path";
import { contains } from "../lib/paths.ts";
import type { MountPlan } from "../plan/plan.ts";
import { viewIn, viewMounts, writtenIn } from "./shared-repository.ts";
import { exists, isDirectory, isLink, listDirectory, realPath } from "../system/files.ts";
import { readHostile } from "../system/hostile.ts";
import * as messages from "./messages.ts";

// Finds the repository of a project whose `.git` directory does not hold all of it.

/** Where the bottle is. `isPlainOnly`: it cannot have a path with a space. */
export type Place = {
  readonly home: string;
  readonly isPlainOnly?: boolean;
  /** The bottle's git is not the host's. */
  readonly isOtherGit?: boolean;
  /** Our directory that the bottle sees in place of a repository that it shares; undefined if it sees the host's paths. */
  readonly view?: string | undefined;
};

type Found =
  | { readonly form: "none" }
  | { readonly form: "inside"; readonly gitDirectory: string }
  /** A worktree of a repository elsewhere: `gitDirectory` is its own part of `common`. */
  | { readonly form: "linked"; readonly gitDirectory: string; readonly common: string }
  /** A submodule, whose whole repository is elsewhere. */
  | { readonly form: "submodule"; readonly gitDirectory: string }
  /** It is not available in the bottle: `path` is its place, and `why` completes the message. */
  | { readonly form: "refused"; readonly path: string; readonly why: string };

/** The parts of the repository outside of the project, at their own paths, where the repository itself names the project as its own. */
export function repositoryMounts(directory: string, place: Place): MountPlan[] {
  const found = findRepository(directory, place);
  const mount = (path: string, mode: MountPlan["mode"]): MountPlan => ({ source: path, target: path, mode, part: "repository" }); // prettier-ignore
  if (found.form === "submodule") return [mount(found.gitDirectory, "rw")];
  if (found.form !== "linked") return [];
  const { common, gitDirectory } = found;
  if (place.view !== undefined) return viewMounts(place.view, common, gitDirectory);
  // A link instead of a directory would lead out of what was judged.
  const directories = [...writtenIn(common), gitDirectory].filter(isReal);
  return [mount(common, "ro"), ...directories.map((path) => mount(path, "rw"))];
}

/** What a bottle with these mounts lacks of the repository that git finds here, each in one line. */
export function repositoryLacks(directory: string, mounts: readonly MountPlan[], place: Place): string[] {
  const isThere = (path: string) =>
    contains(directory, path) ||
    mounts.some(({ source, target, part }) => (part ?? source === target) && contains(target, path));
  const found = findRepository(directory, place);
  const own = ownPath(found);
  if (own === undefined) return [];
  if (!isThere(own)) return [messages.noRepository(found.form === "refused" ? found.why : messages.notInBottle(own))];
  const cannot = found.form === "linked" && !viewIn({ mounts }) ? [messages.cannotDeleteReferences(own)] : [];
  const borrows = borrowed(own)
    .filter((path) => !isThere(path))
    .map(messages.lacksObjects);
  return [...cannot, ...borrows, ...(place.isOtherGit && found.form !== "linked" ? tooNew(own) : [])];
}

/** A linked worktree in a bottle has a configuration of its own, without the first of them. */
const extensions = [["relativeworktrees", "2.48"], ["refstorage", "2.45"]] as const; // prettier-ignore

/** The bottle's git may be older than the host's. It is not asked, because that takes as long as a session's start. */
const tooNew = (gitDirectory: string): string[] =>
  extensions
    .filter(([name]) => new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*(?!false|files)\\w`, "im").test(textOf(`${gitDirectory}/config`)))
    .map(([name, version]) => messages.needsNewerGit(name, version)); // prettier-ignore

function ownPath(found: Found): string | undefined {
  if (found.form === "refused") return found.path;
  if (found.form === "linked") return found.common;
  return found.form === "none" ? undefined : found.gitDirectory;
}

function findRepository(directory: string, { home, isPlainOnly = false }: Place): Found {
  const dotGit = `${directory}/.git`;
  if (!exists(dotGit)) return above(directory, home);
  const real = realPath(dotGit);
  if (real === undefined) return { form: "none" };
  const refuse = (path: string, why: string): Found => ({ form: "refused", path, why });
  if (isDirectory(dotGit)) {
    const outside = [dotGit, ...["HEAD", "config", "objects", "refs"].map((name) => `${dotGit}/${name}`)]
      .filter(isLink)
      .find((path) => !contains(directory, realPath(path) ?? path));
    if (outside === undefined) return { form: "inside", gitDirectory: dotGit };
    const path = realPath(outside) ?? outside;
    return refuse(path, messages.linkOutside(outside, path));
  }
  const gitDirectory = resolved(directory, /^gitdir: (.+)$/m.exec(textOf(real))?.[1]);
  if (gitDirectory === undefined || !exists(`${gitDirectory}/HEAD`)) return { form: "none" };
  const linked = firstLine(`${gitDirectory}/commondir`);
  const common = linked === undefined ? gitDirectory : resolved(gitDirectory, linked);
  if (common === undefined) return { form: "none" };
  if (contains(directory, common)) return { form: "inside", gitDirectory: common };
  const isRepository = isDirectory(`${common}/objects`) && isDirectory(`${common}/refs`) && exists(`${common}/HEAD`);
  if (!isRepository) return refuse(common, messages.notWhole(common));
  if (contains(common, home)) return refuse(common, messages.holdsHome(common));
  // An archive unpacked among the user's files may claim that their directory is a repository.
  const foreign = foreignIn(common, directory);
  if (foreign !== undefined) return refuse(common, messages.holdsOthers(common, foreign));
  if (isPlainOnly && !/^[A-Za-z0-9_.@+,/-]+$/.test(common)) return refuse(common, messages.unmountable(common));
  if (linked === undefined) {
    // The `.git` file alone could name any repository of the user.
    if (worktreeOf(gitDirectory) === directory) return { form: "submodule", gitDirectory };
    return refuse(common, messages.otherWorktree(common));
  }
  const isIts = dirname(gitDirectory) === `${common}/worktrees`;
  if (isIts && resolved(gitDirectory, firstLine(`${gitDirectory}/gitdir`)) === dotGit)
    return { form: "linked", gitDirectory, common };
  return refuse(common, messages.unrepairedWorktree(common));
}

/** git searches parent directories; a bottle has only the project. */
function above(directory: string, home: string): Found {
  for (let top = dirname(directory); top !== "/" && top !== home; top = dirname(top))
    if (exists(`${top}/.git`)) return { form: "refused", path: `${top}/.git`, why: messages.aboveProject(top) };
  return { form: "none" };
}

const gits =
  /^(?:[A-Z_]+|config|config\.worktree|description|packed-refs|index|shallow|gc\.(?:log|pid)|objects|refs|logs|hooks|info|worktrees|modules|branches|remotes|lfs|annex|rr-cache)(?:\.lock|\.new|~)?$/;

/** Whether something in the directory has an ordinary name and is neither git's nor another worktree of the same repository. */
function foreignIn(common: string, directory: string): string | undefined {
  if (/\.git(?:\/|$)/.test(common) || basename(common) === ".bare") return undefined;
  const isWorktree = (path: string) =>
    contains(path, directory) || resolved(path, /^gitdir: (.+)$/m.exec(textOf(`${path}/.git`))?.[1])?.startsWith(`${common}/worktrees/`) === true; // prettier-ignore
  return listDirectory(common).find((name) => !gits.test(name) && !isWorktree(`${common}/${name}`));
}

/** The directory that the repository's own configuration names as its worktree. */
function worktreeOf(gitDirectory: string): string | undefined {
  const texts = ["config", "config.worktree"].map((name) => textOf(`${gitDirectory}/${name}`));
  const value = texts.flatMap((text) => [...text.matchAll(/^[ \t]*worktree[ \t]*=[ \t]*(.*?)[ \t]*$/gim)]).at(-1)?.[1];
  const path = value?.replace(/^"(.*)"$/, "$1").replace(/\\(["\\])/g, "$1");
  return resolved(gitDirectory, path);
}

/** The directories of objects that `git clone --shared` and `--reference` leave out. */
const borrowed = (gitDirectory: string): string[] =>
  textOf(`${gitDirectory}/objects/info/alternates`)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line) => resolved(`${gitDirectory}/objects`, line) ?? []);

const isReal = (path: string): boolean => isDirectory(path) && realPath(path) === path;

const limitBytes = 1024 * 1024;
const textOf = (file: string): string => readHostile(dirname(file), basename(file), limitBytes)?.text ?? "";

const firstLine = (file: string): string | undefined => textOf(file).split("\n")[0] || undefined;

const resolved = (from: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : realPath(isAbsolute(path) ? path : `${from}/${path}`);
