import { dirname, join, resolve } from "node:path";
import { printable } from "../lib/quote.ts";
import { isDirectory, listDirectory, readFileOrNothing } from "../system/files.ts";
import type { System } from "../system/system.ts";

/**
 * What in a checkout starts programs of its own choice as soon as git runs on the host. A bottle can write all of it: git makes
 * its lock files beside, so that nothing less than all of `.git` could be read-only, and then no commit would work.
 */
export type GitTraps = Readonly<Record<string, string>>;

/** The first word of what starts programs, or leads to further configuration. */
const obeyed =
  /^[ \t]*(?:hooksPath|path|fsmonitor|sshCommand|editor|pager|external|textconv|driver|clean|smudge|process|helper|program)[ \t]*=[ \t]*"?([^"\s]+)/gim;

/** By path, with what tells another content. */
export function gitTraps(directory: string): GitTraps {
  const found: Record<string, string> = {};
  function note(path: string): string {
    const text = readFileOrNothing(resolve(directory, path));
    if (text !== undefined) found[path] = Bun.hash(harmlessLeftOut(path, text)).toString(36);
    return text ?? "";
  }
  function noteHooks(below: string): void {
    for (const name of listDirectory(`${directory}/${below}`)) if (!name.endsWith(".sample")) note(`${below}/${name}`);
  }
  /** With what of the project it includes, and has git run. */
  function noteConfig(path: string): void {
    const words = [...note(path).matchAll(obeyed)].map(([, word = ""]) => word);
    for (const named of words.flatMap((word) => [join(dirname(path), word), join(word)])) {
      if (named.startsWith("..") || Object.hasOwn(found, named)) continue;
      if (isDirectory(`${directory}/${named}`)) noteHooks(named);
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
    for (const name of listDirectory(`${directory}/${below}`)) {
      const path = `${below}/${name}`;
      const isGits = readFileOrNothing(`${directory}/${path}/HEAD`) !== undefined;
      if (isGits) look(path, depth - 1);
      else if (isDirectory(`${directory}/${path}`)) each(path, depth - 1);
    }
  }
  // A linked worktree's directory in its repository says where configuration and hooks are.
  const linked = /^gitdir: (.+)$/m.exec(note(".git"))?.[1];
  if (linked !== undefined) for (const name of ["commondir", "config.worktree"]) note(join(linked, name));
  look(".git", 4);
  return found;
}

/** As a session ends. */
export function tellTraps(system: System, before: GitTraps, directory: string): void {
  const changed = Object.entries(gitTraps(directory)).filter(([path, content]) => before[path] !== content);
  if (changed.length === 0) return;
  const names = changed.map(([path]) => printable(path)).sort().join(", "); // prettier-ignore
  system.err(`claude-bottle: the session changed what git on this machine obeys: ${names}\n`);
  system.err("  look at it before you use git here\n");
}

/** Which branch follows which one is what a session changes all the time. */
const harmlessLeftOut = (path: string, text: string): string =>
  path.endsWith("/config") ? text.replace(/^\[branch "[^"\n]*"\]\n(?:[ \t]+(?:remote|merge) = [\w./-]+\n)*/gm, "") : text; // prettier-ignore
