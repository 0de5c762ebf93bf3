import { UserError } from "../errors.ts";
import { HeldDirectory } from "../system/held-directory.ts";
import { sha256 } from "../lib/hash.ts";
import { isAbsolute } from "node:path";
import { privateDirectory, realPath, writePrivate } from "../system/files.ts";
import { readHostile } from "../system/hostile.ts";
import { cacheDirectory, type System } from "../system/system.ts";

/** Lines added and removed in tracked files since the last commit. `untracked` counts files, if requested. */
export type Changes = { readonly added: number; readonly removed: number; readonly untracked: number };

const timeoutMs = 4_000;
const maxBytes = 1024 * 1024;
const indexLimit = 64 * 1024 * 1024;
const refLimit = 4 * 1024 * 1024;
const commit = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * What changed in the project since its last commit; undefined if it is not a repository or git takes too long. A bottle can write all of `.git`, and
 * much of it makes git run programs: filters, drivers, hooks, fsmonitor. So git never sees that directory. It gets one of ours with the project's
 * commit, index and objects, and no settings at all.
 */
export async function changesOf(
  system: System,
  directory: string,
  { untracked = false }: { readonly untracked?: boolean } = {},
): Promise<Changes | undefined> {
  const git = system.which("git");
  const cache = cacheDirectory(system.env);
  const repository = repositoryOf(directory);
  if (!git || !cache || !repository) return undefined;
  const head = headOf(repository);
  const index = readIndex(repository.own);
  if (head === undefined || index === undefined) return undefined;
  const view = viewIn(cache, directory, repository, head, index);
  const ask = async (...words: string[]) => {
    const argv = [git, "--git-dir", view, "--work-tree", directory, "-c", "core.fsmonitor=false", ...words];
    const { code, timedOut, stdout } = await system.run(argv, { cwd: directory, env: withoutSettings, timeoutMs, maxBytes }); // prettier-ignore
    return code === 0 && !timedOut ? stdout : undefined;
  };
  const stdout = await ask("diff", "--numstat", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--no-renames", "HEAD", "--"); // prettier-ignore
  const others = untracked ? await ask("ls-files", "--others", "--exclude-standard", "-z") : "";
  if (stdout === undefined || others === undefined) return undefined;
  let [added, removed] = [0, 0];
  for (const [, plus, minus] of stdout.matchAll(/^(\d+)\t(\d+)\t/gm)) {
    added += Number(plus);
    removed += Number(minus);
  }
  return { added, removed, untracked: others.split("\0").length - 1 };
}

const withoutSettings = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_COUNT: undefined,
  GIT_CONFIG_PARAMETERS: undefined,
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_EXTERNAL_DIFF: undefined,
  GIT_ATTR_SOURCE: undefined,
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
};

/** `own` holds HEAD and the index, `common` the objects and branches. They differ only for a linked worktree. */
type Repository = { readonly own: string; readonly common: string };

function repositoryOf(directory: string): Repository | undefined {
  const ordinary = `${directory}/.git`;
  if (readHostile(directory, ".git/HEAD", refLimit)) return { own: ordinary, common: ordinary };
  const pointer = /^gitdir: (.+)$/m.exec(readHostile(directory, ".git", refLimit)?.text ?? "")?.[1];
  const own = pointer && realPath(isAbsolute(pointer) ? pointer : `${directory}/${pointer}`);
  if (!own) return undefined;
  const named = readHostile(own, "commondir", refLimit)?.text.split("\n")[0];
  const common = named === undefined ? own : realPath(isAbsolute(named) ? named : `${own}/${named}`);
  // git would read a line break as the start of a second directory.
  return common === undefined || /\n/.test(common) ? undefined : { own, common };
}

/** The current commit; undefined before the first one. */
function headOf({ own, common }: Repository): string | undefined {
  const head = readHostile(own, "HEAD", refLimit)?.text.trim() ?? "";
  if (commit.test(head)) return head;
  const [, name] = /^ref: (refs\/[^\s]+)$/.exec(head) ?? [];
  if (name === undefined || name.includes("..")) return undefined;
  const loose = readHostile(common, name, refLimit)?.text.trim();
  if (loose !== undefined && commit.test(loose)) return loose;
  const packed = readHostile(common, "packed-refs", refLimit)?.text ?? "";
  const found = packed.split("\n").find((line) => line.endsWith(` ${name}`))?.split(" ")[0];
  return found !== undefined && commit.test(found) ? found : undefined;
} // prettier-ignore

function readIndex(own: string): Buffer | undefined {
  try {
    using directory = HeldDirectory.open(own);
    using file = directory.open("index");
    return file && file.status.size <= indexLimit ? Buffer.concat([...file.pieces()]) : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function viewIn(cache: string, directory: string, { common }: Repository, head: string, index: Buffer): string {
  const hash = sha256(directory).slice(0, 16);
  const view = `${cache}/changes/${hash}`;
  for (const part of ["refs", "objects/info"]) privateDirectory(`${view}/${part}`);
  const format = head.length === 64 ? "\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n" : "";
  writePrivate(`${view}/config`, `[core]\n\tbare = false\n${format}`);
  writePrivate(`${view}/objects/info/alternates`, `${common}/objects\n`);
  writePrivate(`${view}/HEAD`, `${head}\n`);
  writePrivate(`${view}/index`, index);
  return view;
}
