import { basename, dirname } from "node:path";
import { byteName } from "../lib/tree-state.ts";
import { HeldDirectory, isInside } from "../system/held-directory.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";

/** The git repositories that `find` saw in a project, by relative path. */
export type Repositories = {
  /** `.git` files and directories, and the directories of bare repositories. */
  readonly places: readonly string[];
  /** Links in those, which git follows when it writes. */
  readonly links: readonly string[];
  /** Links in bare repositories, and in parts of the project's repository that lie elsewhere, by absolute path. */
  readonly linksElsewhere: readonly string[];
};

const limitMs = 10_000;
const most = 2_000;

/**
 * Searches the whole project, except other file systems, and follows no link. `find` is ten times faster than a search of our own. Undefined if it is
 * not installed or takes too long.
 */
export async function findRepositories(
  system: System,
  { directory, mounts }: Pick<BottlePlan, "directory" | "mounts">,
): Promise<Repositories | undefined> {
  const argv = [
    "find", ".", "-xdev",
    // Branches may be named "objects" too.
    "(", "-name", "objects", "-path", "*/.git/*", "!", "-path", "*/refs/*", "!", "-path", "*/logs/*", "-prune", ")", "-o",
    "(", "-name", ".git", "-o", "-name", "HEAD", "!", "-type", "d", "-o", "-type", "l", "-path", "*/.git/*", ")", "-print0",
  ]; // prettier-ignore
  if (system.which("find") === undefined) return undefined;
  const { code, timedOut, stdout } = await system.run(argv, { cwd: directory, timeoutMs: limitMs, detached: true });
  if (timedOut || (code !== 0 && stdout === "")) return undefined;
  using held = HeldDirectory.open(directory);
  const names = stdout.split("\0").filter(Boolean).map((name) => name.slice(2)); // prettier-ignore
  const isThere = (path: string) => isInside(byteName(path)) && held.status(byteName(path)) !== undefined;
  // git takes any directory with these for a repository.
  const isBare = (path: string) =>
    isThere(`${path}/commondir`) || ["objects", "refs"].every((name) => isThere(`${path}/${name}`));
  const places = names.flatMap((name) => {
    if (name === ".git" || name.endsWith("/.git")) return [name];
    const own = dirname(name);
    return name.endsWith("/HEAD") && !/(^|\/)\.git(\/|$)/.test(own) && isBare(own) ? [own] : [];
  });
  const links = names.filter((name) => /(^|\/)\.git\//.test(name));
  const bare = places.filter((place) => basename(place) !== ".git").map((place) => `${directory}/${place}`);
  const linksElsewhere = await findLinks(system, [...bare, ...writtenElsewhere(mounts)]);
  return { places: places.slice(0, most).sort(), links: links.slice(0, most).sort(), linksElsewhere };
}

/** The files that a bottle writes in a repository outside the project. */
const writtenElsewhere = (mounts: BottlePlan["mounts"]): string[] =>
  mounts.flatMap(({ part, mode, source, target }) => (part && mode === "rw" && source === target ? [source] : []));

async function findLinks(system: System, directories: readonly string[]): Promise<string[]> {
  if (directories.length === 0) return [];
  const argv = ["find", ...directories, "-xdev", "-name", "objects", "-prune", "-o", "-type", "l", "-print0"];
  const { stdout } = await system.run(argv, { timeoutMs: limitMs, detached: true });
  return stdout.split("\0").filter(Boolean).slice(0, most).sort();
}
