import { randomBytes } from "node:crypto";
import { basename, dirname } from "node:path";
import { printable } from "../lib/quote.ts";
import { byteName, isDirectoryMode, isFileMode, isLinkMode, stateOf, textName, type Tree } from "../lib/tree-state.ts";
import type { Status } from "./at.ts";
import { HeldDirectory } from "./held-directory.ts";

/** A name of a Tree for a person to read. */
export const readableName = (name: string): string => printable(textName(name));

/** Everything below the directory. Throws UserError for anything that cannot be read. */
export function readTree(directory: HeldDirectory): Tree {
  const tree = new Map<string, string>();
  for (const { name, status } of directory.walk())
    tree.set(name, stateOf(status.mode, status.size, String(status.ctimeNs)));
  return tree;
}

/** A short text that changes whenever anything in the file or directory at a real path does. */
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

/** The state of an entry, without following a link; undefined if nothing is there. */
export function stateAt(directory: HeldDirectory, name: string): string | undefined {
  const status = directory.status(name);
  return status && stateOf(status.mode, status.size, String(status.ctimeNs));
}

/**
 * Moves these entries, parents first, to `to`, replacing what is there, each completely or not at all. `modes`: those of the directories. Returns the
 * names that could not be moved: something on the way is not a directory, or a directory would replace something else.
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
  // A read-only directory becomes read-only once everything is in it.
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
    // Only root can move something out of a read-only directory.
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

/** Whether the entries of that name are the same in both directories: kind, permissions and content. */
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
