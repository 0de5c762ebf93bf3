import { sha256 } from "../lib/hash.ts";

import { basename, dirname } from "node:path";
import * as v from "valibot";
import { exitCode } from "../errors.ts";
import { exists, listDirectory, readText, realPath, removeFile, writePrivate } from "../system/files.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { changesOf } from "./changes.ts";
import { gitFailed, noRepository, notAWorktreeName, worktreeInTheWay } from "./errors.ts";

/** A worktree that `run --worktree` created. */
export type MadeWorktree = {
  readonly directory: string;
  /** The repository's main worktree. */
  readonly repository: string;
  readonly branch: string;
  /** The commit at which the branch started. */
  readonly base: string;
};

const schema = v.object({ directory: v.string(), repository: v.string(), branch: v.string(), base: v.string() });

const recordsOf = ({ env }: System): string => `${stateDirectory(env)}/worktrees`;
const fileOf = (system: System, directory: string): string => `${recordsOf(system)}/${sha256(directory)}.json`;

/** The worktree in `directory`, if we created it. */
export function madeWorktree(system: System, directory: string): MadeWorktree | undefined {
  const found = readRecord(fileOf(system, directory));
  return found?.directory === directory ? found : undefined;
}

/** The branch of each worktree that we created, by its directory. */
export const madeBranches = (system: System): ReadonlyMap<string, string> =>
  new Map(
    listDirectory(recordsOf(system)).flatMap((name) => {
      const found = readRecord(`${recordsOf(system)}/${name}`);
      return found ? [[found.directory, found.branch]] : [];
    }),
  );

function readRecord(file: string): MadeWorktree | undefined {
  try {
    const found = v.safeParse(schema, JSON.parse(readText(file) ?? "null"));
    return found.success ? found.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A worktree to create, and the command that does it. */
export type PlannedWorktree = MadeWorktree & { readonly argv: readonly string[] };

/**
 * The worktree of that branch beside the repository, or the command that creates it from `from` or the current commit. Nothing that a session may
 * have written into the repository runs: no hook, no filter, no fsmonitor.
 */
export async function planWorktree(
  system: System,
  name: string,
  from: string | undefined,
): Promise<MadeWorktree | PlannedWorktree> {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.\/+-]*$/.test(name) || /\.\.|\/\/|[./]$|\.lock$/.test(name)) throw notAWorktreeName(name);
  const cwd = system.cwd();
  const listed = await git(system, cwd, ["worktree", "list", "--porcelain"]);
  if (listed.code !== 0) throw noRepository(cwd);
  const repository = /^worktree (.+)$/m.exec(listed.stdout)?.[1] ?? cwd;
  const parent = realPath(dirname(repository)) ?? dirname(repository);
  const directory = `${parent}/${basename(repository)}-${name.replaceAll("/", "-")}`;
  const known = madeWorktree(system, directory);
  if (known && exists(directory)) return known;
  if (exists(directory)) throw worktreeInTheWay(directory);
  const start = from ?? "HEAD";
  const { code, stdout } = await git(system, cwd, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${start}^{commit}`]);
  if (code !== 0) throw gitFailed(`there is no commit "${start}"`, exitCode.usage);
  const base = stdout.trim();
  const hasBranch = (await git(system, cwd, ["show-ref", "--verify", "--quiet", `refs/heads/${name}`])).code === 0;
  const branch = hasBranch ? [directory, name] : ["-b", name, directory, base];
  const argv = gitArgv(["-C", repository, ...(await harmless(system, repository)), "worktree", "add", "--quiet", ...branch]);
  return { directory, repository, branch: name, base, argv };
} // prettier-ignore

export async function makeWorktree(system: System, { argv, ...made }: PlannedWorktree): Promise<MadeWorktree> {
  const added = await system.run(argv, { cwd: made.repository, timeoutMs, env: ownEnv });
  if (added.code !== 0) throw gitFailed(lastLine(added.stderr));
  writePrivate(fileOf(system, made.directory), JSON.stringify(made));
  return made;
}

/** The result for a worktree. `left` says what exists in no other branch, one item per line. */
export type Undone = { readonly removed: boolean; readonly left: readonly string[] };

/** Removes a worktree that we created and its branch, if nothing is lost. */
export async function undoWorktree(system: System, { directory, repository, branch, base }: MadeWorktree): Promise<Undone> {
  const left = await leftIn(system, { directory, repository, branch, base });
  if (left.length > 0) return { removed: false, left };
  if (exists(directory)) {
    // Nothing in it is unique, so git need not check, which could run programs that the worktree's settings name.
    const removed = await git(system, repository, ["worktree", "remove", "--force", directory]);
    if (removed.code !== 0) return { removed: false, left: [lastLine(removed.stderr)] };
  } else await git(system, repository, ["worktree", "prune"]);
  await git(system, repository, ["branch", "-D", "--quiet", "--", branch]);
  removeFile(fileOf(system, directory));
  return { removed: true, left: [] };
} // prettier-ignore

/** What exists only in the worktree or its branch. */
async function leftIn(system: System, { directory, repository, branch, base }: MadeWorktree): Promise<string[]> {
  const left: string[] = [];
  if (exists(directory)) {
    const changes = await changesOf(system, directory, { untracked: true });
    if (changes === undefined) return ["what changed in it cannot be told"];
    if (changes.added + changes.removed > 0) left.push(`changes that are not committed (+${changes.added} -${changes.removed})`);
    if (changes.untracked > 0) left.push(`${changes.untracked} file${changes.untracked === 1 ? "" : "s"} that git does not track`);
  }
  const ref = `refs/heads/${branch}`;
  const tip = (await git(system, repository, ["rev-parse", "--verify", "--quiet", ref])).stdout.trim();
  if (tip === "" || tip === base) return left;
  const others = await git(system, repository, ["for-each-ref", "--format=%(refname)", "--contains", tip, "refs/heads", "refs/remotes"]);
  const isElsewhere = others.stdout.split("\n").some((name) => name !== "" && name !== ref);
  if (isElsewhere) return left;
  const { stdout } = await git(system, repository, ["rev-list", "--count", ref, "--not", `--exclude=${branch}`, "--branches", "--remotes"]);
  const count = Number(stdout.trim());
  return [...left, `${count} commit${count === 1 ? "" : "s"} that no other branch has`];
} // prettier-ignore

const timeoutMs = 120_000;

const ownEnv = {
  GIT_TERMINAL_PROMPT: "0",
  // git fetches an object that a partial clone lacks with the ssh command that the repository names. Older versions know only the second variable.
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none",
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
};

const gitArgv = (words: readonly string[]): string[] => [
  "git",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "submodule.recurse=false",
  ...words,
];

const git = (system: System, cwd: string, words: readonly string[]) =>
  system.run(gitArgv(words), { cwd, timeoutMs, env: ownEnv });

/** A checkout would run the filters of the repository's own configuration, which a session may have written. */
async function harmless(system: System, repository: string): Promise<string[]> {
  const { stdout } = await git(system, repository, ["config", "--list", "--show-scope", "--null", "--name-only"]);
  const parts = stdout.split("\0");
  const keys = parts.filter((_, at) => at % 2 === 1 && parts[at - 1] !== "global" && parts[at - 1] !== "system");
  const drivers = new Set(keys.flatMap((key) => /^filter\.([^]+)\.(?:smudge|clean|process|required)$/.exec(key)?.[1] ?? []));
  return [...drivers].flatMap((name) =>
    ["smudge=", "clean=", "process=", "required=false"].flatMap((setting) => ["-c", `filter.${name}.${setting}`]),
  );
} // prettier-ignore

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "git failed";
