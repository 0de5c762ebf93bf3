import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { isDirectoryState, stateOf, type Tree } from "../lib/tree-state.ts";

/** A path whose end is a name of a Tree: bytes, one character each. */
const pathOf = (directory: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, "latin1")]);

export const readableName = (name: string): string => printable(Buffer.from(name, "latin1").toString());

/** What is below the directory. Throws UserError for what cannot be looked at. */
export function readTree(directory: string): Tree {
  const tree = new Map<string, string>();
  const visit = (name: string) => {
    const path = name === "" ? Buffer.from(directory) : pathOf(directory, name);
    for (const entry of entriesOf(path)) {
      const inner = name === "" ? entry : `${name}/${entry}`;
      const state = stateAt(directory, inner);
      if (state === undefined) continue;
      tree.set(inner, state);
      if (isDirectoryState(state)) visit(inner);
    }
  };
  visit("");
  return tree;
}

function entriesOf(path: Buffer): string[] {
  try {
    return readdirSync(path, { encoding: "buffer" }).map((name) => name.toString("latin1"));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    throw new UserError(`cannot read the directory "${printable(path.toString())}": ${code}`, { cause });
  }
}

/** The state of what is there, a link not followed; undefined where there is nothing. */
export function stateAt(directory: string, name: string): string | undefined {
  const stat = lstatSync(pathOf(directory, name), { bigint: true, throwIfNoEntry: false });
  return stat && stateOf(Number(stat.mode), stat.size, String(stat.ctimeNs));
}

/**
 * Puts the things of those names, parents first, below `to` in place of what is there, each whole or not at all. Answers those that could not be put
 * there, as the way leads through something other than directories: a link would lead out of `to`.
 */
export function placeThings(from: string, to: string, names: readonly string[]): string[] {
  const refused = names.filter((name) => !placeThing(from, to, name));
  // A directory that may not be written to is so only once all is in it.
  for (const name of names.toReversed()) {
    const rights = lstatSync(pathOf(from, name), { throwIfNoEntry: false });
    if (rights?.isDirectory() && !refused.includes(name)) chmodSync(pathOf(to, name), rights.mode & 0o777);
  }
  return refused;
}

function placeThing(from: string, to: string, name: string): boolean {
  const source = pathOf(from, name);
  const stat = lstatSync(source, { throwIfNoEntry: false });
  if (!stat || !makeParents(to, name)) return false;
  const target = pathOf(to, name);
  const there = stateAt(to, name);
  if (there !== undefined && isDirectoryState(there) !== stat.isDirectory()) return false;
  if (stat.isDirectory()) {
    if (there === undefined) mkdirSync(target);
    chmodSync(target, (stat.mode & 0o777) | 0o700);
    return true;
  }
  const work = Buffer.concat([target, Buffer.from(`.new-${process.pid}`)]);
  // What came home before may be a link of that name.
  rmSync(work, { force: true });
  try {
    if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source, { encoding: "buffer" }), work);
    else if (stat.isFile()) {
      copyFileSync(source, work, constants.COPYFILE_EXCL);
      chmodSync(work, stat.mode & 0o777);
      utimesSync(work, stat.atime, stat.mtime);
    } else return false;
    renameSync(work, target);
    return true;
  } catch (cause) {
    rmSync(work, { force: true });
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new UserError(`cannot write "${printable(target.toString())}": ${code}`, { cause });
  }
}

function makeParents(directory: string, name: string): boolean {
  const parts = name.split("/").slice(0, -1);
  return parts.every((_, index) => {
    const parent = parts.slice(0, index + 1).join("/");
    const state = stateAt(directory, parent);
    if (state === undefined) mkdirSync(pathOf(directory, parent));
    return state === undefined || isDirectoryState(state);
  });
}

/** A directory only when it is empty. */
export function removeThing(directory: string, name: string): void {
  if (!hasRealParents(directory, name)) return;
  const path = pathOf(directory, name);
  if (!isDirectoryState(stateAt(directory, name))) return rmSync(path, { force: true });
  try {
    rmdirSync(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && /^(ENOTEMPTY|EEXIST)$/.test(String(error.code)))) throw error;
  }
}

function hasRealParents(directory: string, name: string): boolean {
  const parts = name.split("/").slice(0, -1);
  return parts.every((_, index) => isDirectoryState(stateAt(directory, parts.slice(0, index + 1).join("/"))));
}

/** Whether the things of that name are the same below both directories: kind, rights and content. */
export function isSameThing(one: string, other: string, name: string): boolean {
  const [left, right] = [pathOf(one, name), pathOf(other, name)];
  const [a, b] = [one, other].map((directory) => lstatSync(pathOf(directory, name), { throwIfNoEntry: false }));
  if (!a || !b || a.mode !== b.mode) return false;
  if (a.isSymbolicLink())
    return readlinkSync(left, { encoding: "buffer" }).equals(readlinkSync(right, { encoding: "buffer" }));
  return a.isDirectory() || (a.isFile() && a.size === b.size && readFileSync(left).equals(readFileSync(right)));
}
