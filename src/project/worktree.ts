import { dirname, isAbsolute } from "node:path";
import { contains } from "../lib/paths.ts";
import type { MountPlan } from "../plan/plan.ts";
import { exists, isDirectory, readText, realPath } from "../system/files.ts";

/** What a commit in a linked worktree writes. Everything else, above all hooks and configuration, is read-only. */
const written = ["objects", "refs", "logs"] as const;

/**
 * The repository whose linked worktree the project is, mounted at its own path, but only if the repository itself lists the worktree: the project's
 * `.git` file alone could name any directory.
 */
export function worktreeMounts(directory: string, home: string): MountPlan[] {
  const gitFile = `${directory}/.git`;
  if (isDirectory(gitFile)) return [];
  const gitDirectory = resolved(directory, /^gitdir: (.+)$/m.exec(readText(gitFile) ?? "")?.[1]);
  const common = gitDirectory && resolved(gitDirectory, firstLine(`${gitDirectory}/commondir`));
  if (!gitDirectory || !common || contains(directory, common)) return [];
  // An archive unpacked among the user's files may claim that their directory is a repository.
  const isRepository = isDirectory(`${common}/objects`) && isDirectory(`${common}/refs`) && exists(`${common}/HEAD`);
  if (!isRepository || contains(common, home)) return [];
  const isIts = dirname(gitDirectory) === `${common}/worktrees`;
  // smolvm cannot start with a path that has other characters. git then reports that this is not a repository.
  const isPlain = /^[A-Za-z0-9_.@+,/-]+$/.test(common);
  if (!isPlain || !isIts || resolved(gitDirectory, firstLine(`${gitDirectory}/gitdir`)) !== gitFile) return [];
  // A link instead of a directory would lead out of what was judged.
  const directories = [...written.map((name) => `${common}/${name}`), gitDirectory].filter(
    (directory) => isDirectory(directory) && realPath(directory) === directory,
  );
  return [
    { source: common, target: common, mode: "ro" },
    ...directories.map((directory): MountPlan => ({ source: directory, target: directory, mode: "rw" })),
  ];
}

const firstLine = (file: string): string | undefined => readText(file)?.split("\n")[0];

const resolved = (from: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : realPath(isAbsolute(path) ? path : `${from}/${path}`);
