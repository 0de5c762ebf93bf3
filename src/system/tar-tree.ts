import { basename, dirname } from "node:path";
import { longTarHeader, readTar, tarEnd, tarPadding, type TarEntry } from "../lib/tar.ts";
import { byteName, isDirectoryMode, isFileMode, isLinkMode } from "../lib/tree-state.ts";
import type { Status } from "./at.ts";
import { HeldDirectory, isInside } from "./held-directory.ts";

/** An entry of the directory, and its name in the stream. */
export type Packed = { readonly name: string; readonly as: string };

/** Called for an entry that is neither a file, a directory nor a link, and so is not copied. */
export type Skip = (name: string) => void;

/** These entries as a tar stream; directories without their content. Entries that have disappeared are left out. */
export async function* packThings(
  directory: HeldDirectory,
  things: Iterable<Packed>,
  skip: Skip = () => {},
): AsyncGenerator<Uint8Array> {
  for (const { name, as } of things) {
    const status = directory.status(name);
    if (!status) continue;
    if (isFileMode(status.mode)) yield* packFile(directory, name, as);
    else if (isDirectoryMode(status.mode)) yield* longTarHeader({ ...headerOf(as, status), kind: "directory" });
    else if (isLinkMode(status.mode))
      yield* longTarHeader({ ...headerOf(as, status), kind: "symlink", target: directory.readLink(name) });
    else skip(name);
  }
  yield tarEnd;
}

function* packFile(directory: HeldDirectory, name: string, as: string): Generator<Uint8Array> {
  using file = directory.open(name);
  if (!file) return;
  const size = Number(file.status.size);
  yield* longTarHeader({ ...headerOf(as, file.status), kind: "file", size });
  yield* file.pieces();
  yield tarPadding(size);
}

const headerOf = (as: string, { mode, mtimeMs }: Status) => ({
  name: `./${as}`,
  size: 0,
  target: "",
  mode: mode & 0o777,
  modifiedAt: mtimeMs / 1000,
});

/** An entry with everything below it. */
export function* thingsBelow(directory: HeldDirectory, name: string, as: string): Generator<Packed> {
  yield { name, as };
  if (!directory.isDirectory(name)) return;
  using inner = directory.enter(name);
  for (const below of inner.walk()) yield { name: `${name}/${below.name}`, as: `${as}/${below.name}` };
}

/** The file or directory at a real path, as a tar stream with one top entry. */
export async function* packPath(path: string, skip?: Skip): AsyncGenerator<Uint8Array> {
  using directory = HeldDirectory.open(dirname(path));
  const name = byteName(basename(path));
  yield* packThings(directory, thingsBelow(directory, name, name), skip);
}

type Unpacked = {
  /** The modes of the directories: they stay open to us until everything is in place. */
  readonly modes: ReadonlyMap<string, number>;
  /** Devices, pipes and the like. */
  readonly skipped: readonly string[];
  /** Entries that would have led out of the directory, or through something that is not a directory. */
  readonly refused: readonly string[];
};

/**
 * Unpacks a tar stream into the directory. Links are created and never followed; set-id bits, owners and devices are dropped. `wants`: whether to
 * unpack an entry of that name.
 */
export async function unpackTar(
  directory: HeldDirectory,
  stream: AsyncIterable<Uint8Array>,
  wants: (name: string) => boolean = () => true,
): Promise<Unpacked> {
  const skipped: string[] = [];
  const refused: string[] = [];
  const modes = new Map<string, number>();
  for await (const entry of readTar(stream)) {
    const name = plainName(entry.name);
    if (name === "") continue;
    if (!isInside(name)) refused.push(entry.name);
    else if (!wants(name)) continue;
    else if (entry.kind === "other") skipped.push(name);
    else if (!directory.makeParents(name) || !(await put(directory, name, entry))) refused.push(name);
    else if (entry.kind === "directory") modes.set(name, entry.mode);
  }
  return { modes, skipped, refused };
}

async function put(directory: HeldDirectory, name: string, entry: TarEntry): Promise<boolean> {
  const there = directory.status(name);
  if (entry.kind === "directory") {
    if (!there) directory.makeDirectory(name, 0o700);
    return !there || isDirectoryMode(there.mode);
  }
  if (there && isDirectoryMode(there.mode)) return false;
  const existing = entry.kind === "hardlink" ? plainName(entry.target) : undefined;
  if (existing !== undefined && (!isInside(existing) || existing === name || !isFileMode(directory.status(existing)?.mode)))
    return false;
  if (there) directory.remove(name);
  if (existing !== undefined) directory.link(name, existing);
  else if (entry.kind === "symlink") directory.symlink(name, entry.target);
  else await directory.write(name, entry, entry.content);
  return true;
} // prettier-ignore

/** `.//./a/b` is `a/b`. A name that leads up stays as it is, and is refused. */
const plainName = (name: string): string =>
  name.startsWith("/") ? name : name.split("/").filter((part) => part !== "" && part !== ".").join("/"); // prettier-ignore
