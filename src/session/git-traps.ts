import { UserError } from "../errors.ts";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { printable } from "../lib/quote.ts";
import { byteName, isLinkMode, textName } from "../lib/tree-state.ts";
import { readFileOrNothing } from "../system/files.ts";
import { HeldDirectory, isInside } from "../system/held-directory.ts";
import { listHostile } from "../system/hostile.ts";
import type { System } from "../system/system.ts";

/**
 * What in a checkout starts programs of its own choice as soon as git runs on the host. A bottle can write all of it: git makes
 * its lock files beside, so that nothing less than all of `.git` could be read-only, and then no commit would work.
 */
export type GitTraps = Readonly<Record<string, string>>;

/** The first word of what starts programs, or leads to further configuration. */
const obeyed =
  /^[ \t]*(?:hooksPath|path|fsmonitor|sshCommand|editor|pager|external|textconv|driver|clean|smudge|process|helper|program)[ \t]*=[ \t]*"?([^"\s]+)/gim;

const longestFile = 1024 * 1024;
/** Of so many files in a directory of hooks, which one was changed is told no more. */
const mostHooks = 200;

/** By path, with what tells another content. */
export function gitTraps(directory: string): GitTraps {
  using held = HeldDirectory.open(directory);
  const found: Record<string, string> = {};
  /** The beginning of a file, of what a link within the project leads to as well. */
  function note(path: string): string {
    const name = byteName(path);
    if (!isInside(name)) return noteOutside(path);
    const status = held.status(name);
    if (status && isLinkMode(status.mode)) {
      const target = textName(held.readLink(name));
      found[path] = hashOf(`link to ${target}`);
      const inner = isAbsolute(target) ? relative(directory, target) : join(dirname(path), target);
      return inner.startsWith("..") || Object.hasOwn(found, inner) ? "" : note(inner);
    }
    const text = held.read(name, longestFile)?.toString("utf8");
    if (status === undefined || text === undefined) return "";
    const rest = status.size > longestFile ? `${status.size} ${status.mtimeMs}` : "";
    found[path] = hashOf(harmlessLeftOut(path, text) + rest);
    return text;
  }
  /** Of a linked worktree's repository, which may lie elsewhere. */
  function noteOutside(path: string): string {
    const text = textOf(resolve(directory, path));
    if (text !== undefined) found[path] = hashOf(harmlessLeftOut(path, text));
    return text ?? "";
  }
  const isHeldDirectory = (path: string): boolean => {
    const name = byteName(path);
    return isInside(name) && held.isDirectory(name);
  };
  const list = (below: string): string[] =>
    listHostile(directory, below, Infinity).filter((name) => !name.endsWith(".sample"));
  function noteHooks(below: string): void {
    const names = list(below);
    if (names.length <= mostHooks) return names.forEach((name) => void note(`${below}/${name}`));
    const stamps = names.map((name) => held.status(byteName(`${below}/${name}`))?.ctimeNs);
    found[below] = hashOf(`${names.join("\0")} ${stamps.join(" ")}`);
  }
  /** With what of the project it includes, and has git run. */
  function noteConfig(path: string): void {
    const words = [...note(path).matchAll(obeyed)].map(([, word = ""]) => word);
    for (const named of words.flatMap((word) => [join(dirname(path), word), join(word)])) {
      if (named.startsWith("..") || Object.hasOwn(found, named)) continue;
      if (isHeldDirectory(named)) noteHooks(named);
      else noteConfig(named);
    }
  }
  function look(below: string, depth: number): void {
    for (const name of ["config", "config.worktree"]) noteConfig(`${below}/${name}`);
    note(`${below}/commondir`);
    noteHooks(`${below}/hooks`);
    for (const inner of ["modules", "worktrees"]) each(`${below}/${inner}`, depth);
  }
  /** The name of a submodule may hold slashes. */
  function each(below: string, depth: number): void {
    if (depth === 0) return;
    for (const name of list(below)) {
      const path = `${below}/${name}`;
      const isGits = held.status(byteName(`${path}/HEAD`)) !== undefined;
      if (isGits) look(path, depth - 1);
      else if (isHeldDirectory(path)) each(path, depth - 1);
    }
  }
  // A linked worktree's directory in its repository says where configuration and hooks are.
  const linked = /^gitdir: (.+)$/m.exec(note(".git"))?.[1];
  if (linked !== undefined) for (const name of ["commondir", "config.worktree"]) note(join(linked, name));
  look(".git", 4);
  return found;
}

/** A file that is too long is none that git obeys. */
function textOf(path: string): string | undefined {
  try {
    return readFileOrNothing(path, { maxBytes: longestFile });
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const hashOf = (text: string): string => Bun.hash(text).toString(36);

/** As a session ends. */
export function tellTraps(system: System, before: GitTraps, directory: string): void {
  const changed = Object.entries(gitTraps(directory)).filter(([path, content]) => before[path] !== content);
  if (changed.length === 0) return;
  const paths = changed.map(([path]) => printable(path)).sort();
  const names = paths.length > 10 ? `${paths.slice(0, 10).join(", ")} and ${paths.length - 10} more` : paths.join(", ");
  system.err(`claude-bottle: the session changed what git on this machine obeys: ${names}\n`);
  system.err("  look at it before you use git here\n");
}

/** Which branch follows which one is what a session changes all the time. */
const harmlessLeftOut = (path: string, text: string): string =>
  path.endsWith("/config") ? text.replace(/^\[branch "[^"\n]*"\]\n(?:[ \t]+(?:remote|merge) = [\w./-]+\n)*/gm, "") : text; // prettier-ignore
