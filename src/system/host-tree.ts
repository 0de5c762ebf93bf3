import { randomBytes } from "node:crypto";
import { basename, dirname } from "node:path";
import { printable } from "../lib/quote.ts";
import { byteName, isDirectoryMode, isFileMode, isLinkMode, stateOf, textName, type Tree } from "../lib/tree-state.ts";
import type { Status } from "./at.ts";
import { HeldDirectory } from "./held-directory.ts";

/** A name of a Tree for a person to read. */
export const readableName = (name: string): string => printable(textName(name));

/** What is below the directory. Throws UserError for what cannot be looked at. */
export function readTree(directory: HeldDirectory): Tree {
  const tree = new Map<string, string>();
  for (const { name, status } of directory.walk())
    tree.set(name, stateOf(status.mode, status.size, String(status.ctimeNs)));
  return tree;
}

/** A short word that is another one once anything of the file or the directory at a real path is. */
export function treeStamp(path: string): string {
  using directory = HeldDirectory.open(dirname(path));
  const name = byteName(basename(path));
  const hash = new Bun.CryptoHasher("sha256");
  const add = (name: string, status: Status | undefined) =>
    hash.update(`${name}\0${status?.mode}\0${status?.size}\0${status?.mtimeMs}\0`);
  add(path, directory.status(name));
  if (directory.isDirectory(name)) {
    using inner = directory.enter(name);
    for (const { name, status } of inner.walk(undefined, (closed) => add(closed, undefined))) add(name, status);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The state of what is there, a link not followed; undefined where there is nothing. */
export function stateAt(directory: HeldDirectory, name: string): string | undefined {
  const status = directory.status(name);
  return status && stateOf(status.mode, status.size, String(status.ctimeNs));
}

/**
 * Moves the things of those names, parents first, to `to`, in place of what is there, each whole or not at all. `modes`: of the
 * directories. Returns those that could not be put there: the way leads through something other than directories, or a directory
 * would replace something else.
 */
export async function placeThings(
  from: HeldDirectory,
  to: HeldDirectory,
  names: readonly string[],
  modes: ReadonlyMap<string, number> = new Map(),
): Promise<string[]> {
  const refused: string[] = [];
  const directories: { name: string; mode: number }[] = [];
  for (const name of names) {
    const mode = from.status(name)?.mode;
    if (mode === undefined || !(await placeThing(from, to, name, mode))) refused.push(name);
    else if (isDirectoryMode(mode)) directories.push({ name, mode: modes.get(name) ?? mode });
  }
  // A directory that may not be written to is so only once all is in it.
  for (const { name, mode } of directories.toReversed()) to.setDirectoryMode(name, mode);
  return refused;
}

async function placeThing(from: HeldDirectory, to: HeldDirectory, name: string, mode: number): Promise<boolean> {
  if (!to.makeParents(name)) return false;
  const there = to.status(name);
  if (there && isDirectoryMode(there.mode) !== isDirectoryMode(mode)) return false;
  if (isDirectoryMode(mode)) {
    if (!there) to.makeDirectory(name, 0o700);
    to.setDirectoryMode(name, mode | 0o700);
    // Only root moves something out of a directory that may not be written to.
    from.setDirectoryMode(name, mode | 0o700);
    return true;
  }
  if (!isFileMode(mode) && !isLinkMode(mode)) return false;
  if (from.move(name, to, name)) return true;
  const work = `${name.slice(0, name.lastIndexOf("/") + 1)}.claude-bottle-${randomBytes(6).toString("hex")}`;
  try {
    if (isLinkMode(mode)) to.symlink(work, from.readLink(name));
    else if (!(await copyFile(from, to, name, work))) return false;
    return to.move(work, to, name);
  } catch (error) {
    to.remove(work);
    throw error;
  }
}

async function copyFile(from: HeldDirectory, to: HeldDirectory, name: string, newName: string): Promise<boolean> {
  using file = from.open(name);
  if (!file) return false;
  await to.write(newName, { mode: file.status.mode, modifiedAt: file.status.mtimeMs / 1000 }, file.pieces());
  return true;
}

/** Whether the things of that name are the same in both directories: kind, rights and content. */
export function isSameThing(one: HeldDirectory, other: HeldDirectory, name: string): boolean {
  const [a, b] = [one.status(name), other.status(name)];
  if (!a || !b || a.mode !== b.mode) return false;
  if (isLinkMode(a.mode)) return one.readLink(name) === other.readLink(name);
  return isDirectoryMode(a.mode) || (isFileMode(a.mode) && a.size === b.size && hasSameContent(one, other, name));
}

function hasSameContent(one: HeldDirectory, other: HeldDirectory, name: string): boolean {
  using left = one.open(name);
  using right = other.open(name);
  if (left === undefined || left.status.size !== right?.status.size) return false;
  const others = right.pieces();
  for (const piece of left.pieces())
    if (!Buffer.from(piece).equals(others.next().value ?? new Uint8Array())) return false;
  return true;
}
