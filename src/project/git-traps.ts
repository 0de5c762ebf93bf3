import { UserError } from "../errors.ts";
import { obeyedOfClaude } from "../manifest/credential-dangers.ts";
import type { Setting } from "./git-settings.ts";
import type { Repositories } from "./repositories.ts";
import { contains } from "../lib/paths.ts";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { byteName, isLinkMode, textName } from "../lib/tree-state.ts";
import { exists, readFileOrNothing, realPath } from "../system/files.ts";
import { linkTarget } from "../system/entries.ts";
import { HeldDirectory, isInside } from "../system/held-directory.ts";
import { listHostile } from "../system/hostile.ts";

/**
 * What in a checkout starts programs as soon as git runs on the host. A bottle can write all of it. git creates lock files in the same directories,
 * so only all of `.git` could be made read-only, and then no commit would work.
 */
export type GitTraps = Readonly<Record<string, string>>;

/** Any value may name a program: of a driver, an alias, a filter. Each version and extension of git has its own keys. */
const setting = /^[ \t]*(?:\[[^\]\n]*\][ \t]*)?([A-Za-z][A-Za-z0-9-]*)[ \t]*=[ \t]*(.+)$/gm;
const wordsOf = (value: string) => value.split(/[\s"'`;|&()<>=$!]+/).filter((word) => word !== "");

const longestFile = 1024 * 1024;
/** With more hooks than this, a change is reported for the directory as a whole. */
const mostHooks = 200;

/** By path, each with a fingerprint of the content. */
export function gitTraps(
  directory: string,
  { places, links, linksElsewhere }: Repositories,
  { home, settings }: User,
): GitTraps {
  const found: Record<string, string> = {
    ...trapsIn(directory, [".git", ...places], links, { home, settings: settings.filter(runsOrReads) }),
    ...claudeTraps(directory),
  };
  for (const link of linksElsewhere) found[relative(directory, link)] = hashOf(`link to ${linkTarget(link)}`);
  return found;
}

/** `settings`: of git, besides those of the repositories. */
export type User = { readonly home: string; readonly settings: readonly Setting[] };

/** The user's other settings contain words that may look like file names. */
const runsOrReads = ([key, value]: Setting): boolean =>
  /(?:hookspath|fsmonitor|command|cmd|pager|editor|askpass|proxy|program|helper|textconv|driver|clean|smudge|process|external|path|hook)$/.test(key) ||
  /^(?:alias\.[^]*|pager\.[^]*)$/.test(key) && /^!|\//.test(value); // prettier-ignore

/** Claude Code on the host runs what these files say without asking. */
function claudeTraps(directory: string): GitTraps {
  using held = HeldDirectory.open(directory);
  const names = [".claude/settings.json", ".claude/settings.local.json", ".mcp.json"];
  const parts = names.flatMap((path) => {
    const text = held.read(path, longestFile)?.toString("utf8");
    const part = text === undefined ? undefined : obeyedOfClaude(path, text);
    return part === undefined ? [] : [[path, hashOf(part)] as const];
  });
  return Object.fromEntries(parts);
}

function trapsIn(
  directory: string,
  places: readonly string[],
  links: readonly string[],
  { home, settings }: User,
): GitTraps {
  using held = HeldDirectory.open(directory);
  const found: Record<string, string> = {};
  /** Notes the beginning of a file. Follows links within the project. */
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
    const told = harmlessLeftOut(path, text) + rest;
    if (told !== "" || !isConfig(path)) found[path] = hashOf(told);
    return text;
  }
  /** For the repository of a linked worktree, which may be elsewhere. */
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
  /** Also notes the project's files that the configuration includes or runs. */
  function noteConfig(path: string): void {
    // Relative to the configuration file, to the top of its repository, and to the top of the project.
    const starts = [dirname(path), topOf(path), "."];
    for (const [, key = "", value = ""] of note(path).matchAll(setting)) noteNamed(key, value, starts);
  }
  function noteNamed(key: string, value: string, starts: readonly string[]): void {
    const isHooks = key.toLowerCase().endsWith("hookspath");
    for (const named of new Set(
      [...wordsOf(value), value.replace(/^"|"$/g, "")].flatMap((word) => placesOf(word, starts)),
    )) {
      if (named.startsWith("..") || isAbsolute(named) || Object.hasOwn(found, named)) continue;
      if (!isHeldDirectory(named)) noteConfig(named);
      else if (isHooks) noteHooks(named);
      // husky's own directory only calls the scripts next to it.
      if (isHooks && basename(named) === "_") noteHooks(dirname(named));
    }
  }
  function placesOf(word: string, starts: readonly string[]): string[] {
    const path = word.replace(/^~(?=\/)/, home);
    return isAbsolute(path) ? [relative(directory, path)] : starts.map((start) => join(start, path));
  }
  /** git writes through a link instead of replacing it. */
  function leadsOut(path: string): boolean {
    const status = held.status(byteName(path));
    if (!status || !isLinkMode(status.mode)) return false;
    const target = textName(held.readLink(byteName(path)));
    return isAbsolute(target) ? !contains(directory, target) : join(dirname(path), target).startsWith("..");
  }
  function look(below: string, depth: number): void {
    for (const name of ["config", "config.worktree"]) noteConfig(`${below}/${name}`);
    note(`${below}/commondir`);
    noteHooks(`${below}/hooks`);
    for (const inner of ["modules", "worktrees"]) each(`${below}/${inner}`, depth);
  }
  /** A submodule's name may contain slashes. */
  function each(below: string, depth: number): void {
    if (depth === 0) return;
    for (const name of list(below)) {
      const path = `${below}/${name}`;
      const isGits = held.status(byteName(`${path}/HEAD`)) !== undefined;
      if (isGits) look(path, depth - 1);
      else if (isHeldDirectory(path)) each(path, depth - 1);
    }
  }
  /** The repository of a submodule, or a linked worktree's directory in another one, which says where configuration and hooks are. */
  function lookElsewhere(path: string): void {
    const real = realPath(resolve(directory, path));
    if (real === undefined || !exists(`${real}/HEAD`)) return;
    const inner = trapsIn(dirname(real), [basename(real)], [], { home, settings: [] });
    for (const [name, hash] of Object.entries(inner)) found[join(dirname(path), name)] = hash;
  }
  for (const place of new Set(places)) {
    if (basename(place) !== ".git") look(place, 1);
    else if (isHeldDirectory(place)) look(place, 4);
    else {
      // This file names the repository that it belongs to.
      const linked = /^gitdir: (.+)$/m.exec(note(place))?.[1];
      if (linked === undefined) continue;
      const path = isAbsolute(linked) ? relative(directory, linked) : join(dirname(place), linked);
      if (isInside(byteName(path)) && isHeldDirectory(path)) look(path, 4);
      else lookElsewhere(path);
    }
  }
  const tops = [...new Set([".", ...places.filter((place) => basename(place) === ".git").map(dirname)])];
  for (const [key, value] of settings) noteNamed(key, value, tops);
  for (const link of links) if (leadsOut(link)) note(link);
  return found;
}

/** git does not obey a file that is too long. */
function textOf(path: string): string | undefined {
  try {
    return readFileOrNothing(path, { maxBytes: longestFile });
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

const hashOf = (text: string): string => Bun.hash(text).toString(36);

/** The directory of the repository that this configuration file belongs to. */
const topOf = (path: string): string => path.replace(/(^|\/)\.git\/.*$/, "") || ".";

/** What every new repository contains, and which branch tracks which: sessions change that all the time. */
const usual = new RegExp(
  [
    "^[ \\t]*(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|fetch|remote|merge) = [\\w./:+*-]+$",
    "^[ \\t]*url = (?:(?:https?|ssh|git|file)://|[\\w.-]+@[\\w.-]+:|\\.{0,2}/)[^:\\n]*(?::\\d+/[^:\\n]*)?$",
    '^\\[(?:core|(?:branch|remote) "[^"\\n]*")\\]$',
  ].join("|"),
  "gm",
);
const harmlessLeftOut = (path: string, text: string): string =>
  isConfig(path)
    ? text
        .replace(usual, "")
        .replace(/\n{2,}/g, "\n")
        .trim()
    : text;
const isConfig = (path: string): boolean => path.endsWith("/config");
