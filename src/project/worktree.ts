import { dirname, isAbsolute } from "node:path";
import { contains } from "../lib/paths.ts";
import type { MountPlan } from "../plan/plan.ts";
import { exists, isFolder, readText, realPath } from "../system/files.ts";

/** What a commit in a linked worktree writes; all else, the hooks and the configuration above all, may only be read. */
const written = ["objects", "refs", "logs"] as const;

/**
 * The repository that the project is a linked worktree of, at its own path. Only one that itself says so: the project's
 * `.git` file alone could name any folder.
 */
export function worktreeMounts(directory: string, home: string): MountPlan[] {
  const gitFile = `${directory}/.git`;
  if (isFolder(gitFile)) return [];
  const gitFolder = resolved(directory, /^gitdir: (.+)$/m.exec(readText(gitFile) ?? "")?.[1]);
  const common = gitFolder && resolved(gitFolder, firstLine(`${gitFolder}/commondir`));
  if (!gitFolder || !common || contains(directory, common)) return [];
  // What was unpacked beside the user's own things may call their folder a repository.
  const isRepository = isFolder(`${common}/objects`) && isFolder(`${common}/refs`) && exists(`${common}/HEAD`);
  if (!isRepository || contains(common, home)) return [];
  const isIts = dirname(gitFolder) === `${common}/worktrees`;
  // smolvm cannot start with another path in the guest; git says then that this is no repository, as it did before.
  const isPlain = /^[A-Za-z0-9_.@+,/-]+$/.test(common);
  if (!isPlain || !isIts || resolved(gitFolder, firstLine(`${gitFolder}/gitdir`)) !== gitFile) return [];
  // A link in place of a folder would lead out of what was judged.
  const folders = [...written.map((name) => `${common}/${name}`), gitFolder].filter(
    (folder) => isFolder(folder) && realPath(folder) === folder,
  );
  return [
    { source: common, target: common, mode: "ro" },
    ...folders.map((folder): MountPlan => ({ source: folder, target: folder, mode: "rw" })),
  ];
}

const firstLine = (file: string): string | undefined => readText(file)?.split("\n")[0];

const resolved = (from: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : realPath(isAbsolute(path) ? path : `${from}/${path}`);
