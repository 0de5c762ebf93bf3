import { closeSync, constants, fchmodSync, fstatSync, futimesSync, readSync, writeSync } from "node:fs";
import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { byteName, isDirectoryMode, textName } from "../lib/tree-state.ts";
import * as at from "./at.ts";
import { cannot } from "./errors.ts";

const { O_CREAT, O_EXCL, O_WRONLY } = constants;
const pieceBytes = 256 * 1024;

/**
 * A directory that is held open. A bottle may change it while we work, and then a path through it could lead anywhere. So every name is opened step
 * by step below the directory, and no link is followed. Names are bytes, one character each, separated by "/".
 */
export class HeldDirectory implements Disposable {
  readonly #file: number;
  readonly #path: string;

  private constructor(file: number, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Opens a real path; a link that has come into it since is not followed. Throws UserError if there is no such directory. */
  static open(path: string): HeldDirectory {
    try {
      return new HeldDirectory(at.openDirectory(undefined, byteName(path)), path);
    } catch (cause) {
      throw cannot("open the directory", path, cause);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  /** A subdirectory, also held open. */
  enter(name: string): HeldDirectory {
    const file = this.#do("open", name, () => at.openDirectory(this.#file, checkedName(name)));
    return new HeldDirectory(file, this.#full(name));
  }

  /** For a link, the status of the link. Undefined if nothing is there. */
  status(name: string): at.Status | undefined {
    return this.#do("look at", name, () => this.#in(name, at.statusAt), "ENOENT", "ENOTDIR", "ELOOP");
  }

  isDirectory(name: string): boolean {
    return isDirectoryMode(this.status(name)?.mode);
  }

  /** The names in a subdirectory, sorted, at most `limit`. Throws UserError if they cannot be read. */
  list(name = "", limit?: number): string[] {
    return this.#do("read", name, () => {
      if (name === "") return at.namesIn(this.#file, limit).sort();
      const directory = at.openDirectory(this.#file, checkedName(name));
      try {
        return at.namesIn(directory, limit).sort();
      } finally {
        closeSync(directory);
      }
    });
  }

  /**
   * Everything below it, each directory before its entries. `skips` excludes an entry and everything below it. `onClosed` gets the directories that
   * cannot be read; without it they are a UserError.
   */
  *walk(
    skips: (name: string) => boolean = () => false,
    onClosed?: (name: string) => void,
  ): Generator<{ name: string; status: at.Status }> {
    const directories = [""];
    const namesIn = (directory: string) => {
      try {
        return this.list(directory);
      } catch (error) {
        if (!onClosed || !(error instanceof UserError)) throw error;
        onClosed(directory);
        return [];
      }
    };
    for (let directory = directories.pop(); directory !== undefined; directory = directories.pop())
      for (const entry of namesIn(directory)) {
        const name = directory === "" ? entry : `${directory}/${entry}`;
        const status = skips(name) ? undefined : this.status(name);
        if (!status) continue;
        yield { name, status };
        if (isDirectoryMode(status.mode)) directories.push(name);
      }
  }

  /** The first `maxBytes` bytes of a regular file; undefined for anything else. */
  read(name: string, maxBytes: number): Buffer | undefined {
    const file = this.#openFile(name);
    if (file === undefined) return undefined;
    try {
      return this.#do("read", name, () => readUpTo(file, maxBytes));
    } finally {
      closeSync(file);
    }
  }

  /** A regular file; undefined for anything else. */
  open(name: string): HeldFile | undefined {
    const file = this.#openFile(name);
    return file === undefined ? undefined : new HeldFile(file, this.#full(name));
  }

  readLink(name: string): string {
    return this.#do("read", name, () => this.#in(name, at.readLinkAt));
  }

  makeDirectory(name: string, mode: number): void {
    this.#do("make", name, () => this.#in(name, (directory, last) => at.makeDirectoryAt(directory, last, mode)));
  }

  /** Creates the parent directories of a name. False if something else is in their place. */
  makeParents(name: string, mode = 0o755): boolean {
    const parts = name.split("/").slice(0, -1);
    return parts.every((_, index) => {
      const parent = parts.slice(0, index + 1).join("/");
      const status = this.status(parent);
      if (!status) this.makeDirectory(parent, mode);
      return !status || isDirectoryMode(status.mode);
    });
  }

  /** Creates a file; fails if the name exists. Set-id bits are dropped. */
  async write(
    name: string,
    { mode, modifiedAt }: { readonly mode: number; readonly modifiedAt?: number },
    pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const file = this.#do("write", name, () =>
      at.openBeneath(this.#file, checkedName(name), { flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o600 }),
    );
    try {
      for await (const piece of pieces) this.#do("write", name, () => writeAll(file, piece));
      this.#do("write", name, () => {
        fchmodSync(file, mode & 0o777);
        if (modifiedAt !== undefined) futimesSync(file, modifiedAt, modifiedAt);
      });
    } finally {
      closeSync(file);
    }
  }

  symlink(name: string, target: string): void {
    this.#do("make", name, () => this.#in(name, (directory, last) => at.symlinkAt(target, directory, last)));
  }

  /** Creates a hard link to a file in the directory. */
  link(name: string, existing: string): void {
    this.#do("make", name, () =>
      this.#in(existing, (from, old) => this.#in(name, (directory, last) => at.linkAt(from, old, directory, last))),
    );
  }

  /** Set-id bits are dropped. */
  setDirectoryMode(name: string, mode: number): void {
    this.#do("change", name, () => at.setDirectoryMode(this.#file, checkedName(name), mode & 0o777));
  }

  /** Replaces what is there, even a link, completely or not at all. False if the target is on another file system. */
  move(name: string, to: HeldDirectory, newName: string): boolean {
    const moved = to.#do(
      "write",
      newName,
      () =>
        this.#in(name, (from, old) =>
          to.#in(newName, (directory, last) => {
            at.renameAt(from, old, directory, last);
            return true;
          }),
        ),
      "EXDEV",
    );
    return moved ?? false;
  }

  /** Removes an entry; a directory only if it is empty. */
  remove(name: string): void {
    const remove = this.isDirectory(name) ? at.removeDirectoryAt : at.unlinkAt;
    this.#do("remove", name, () => this.#in(name, remove), "ENOENT", "ENOTDIR", "ELOOP", "ENOTEMPTY", "EEXIST");
  }

  /** Removes an entry with everything below it. */
  removeTree(name: string): void {
    if (this.isDirectory(name)) {
      using inner = this.enter(name);
      for (const entry of [...inner.walk()].toReversed()) inner.remove(entry.name);
    }
    this.remove(name);
  }

  /** Opens only regular files: opening a device may have effects. */
  #openFile(name: string): number | undefined {
    const open = () => this.#in(name, at.openFileAt);
    return this.#do("read", name, open, "ENOENT", "ENOTDIR", "ELOOP");
  }

  #in<T>(name: string, work: (directory: number, last: string) => T): T {
    const parts = checkedName(name).split("/");
    const last = parts.pop() ?? "";
    if (parts.length === 0) return work(this.#file, last);
    const directory = at.openDirectory(this.#file, parts.join("/"));
    try {
      return work(directory, last);
    } finally {
      closeSync(directory);
    }
  }

  #do<T>(action: Parameters<typeof cannot>[0], name: string, work: () => T): T;
  #do<T>(action: Parameters<typeof cannot>[0], name: string, work: () => T, ...none: string[]): T | undefined;
  #do<T>(action: Parameters<typeof cannot>[0], name: string, work: () => T, ...none: string[]): T | undefined {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && none.includes(String(cause.code))) return undefined;
      if (cause instanceof UserError) throw cause;
      throw cannot(action, this.#full(name), cause);
    }
  }

  #full(name: string): string {
    return name === "" ? this.#path : `${this.#path}/${textName(name)}`;
  }
}

/** A name that leads out is our own mistake: names from a guest have been checked before. */
function checkedName(name: string): string {
  if (isInside(name)) return name;
  throw new Error(`"${printable(name)}" is no name below a directory`);
}

/** Whether the name is below the directory, and not the directory itself. */
export const isInside = (name: string): boolean =>
  !name.includes("\0") && name.split("/").every((part) => part !== "" && part !== "." && part !== "..");

function readUpTo(file: number, maxBytes: number): Buffer {
  const size = Math.min(fstatSync(file).size, maxBytes);
  const buffer = Buffer.alloc(size);
  let length = 0;
  for (let count = -1; count !== 0 && length < size; length += count) count = readSync(file, buffer, length, size - length, null);
  return buffer.subarray(0, length);
} // prettier-ignore

function writeAll(file: number, piece: Uint8Array): void {
  for (let rest = piece; rest.length > 0;) rest = rest.subarray(writeSync(file, rest));
}

/** A regular file that is held open. Its length is fixed at that time. */
export class HeldFile implements Disposable {
  readonly status: at.Status;
  readonly #file: number;
  readonly #path: string;

  constructor(file: number, path: string) {
    this.#file = file;
    this.#path = path;
    this.status = at.statusOf(file);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  /** Yields exactly `status.size` bytes, because the reader of a tar stream relies on that. A file that has shrunk is padded with zeros. */
  *pieces(): Generator<Uint8Array> {
    for (let left = Number(this.status.size); left > 0;) {
      const piece = Buffer.alloc(Math.min(left, pieceBytes));
      const count = this.#read(piece);
      const whole = count === 0 ? piece : piece.subarray(0, count);
      left -= whole.length;
      yield whole;
    }
  }

  #read(piece: Buffer): number {
    try {
      return readSync(this.#file, piece, 0, piece.length, null);
    } catch (cause) {
      throw cannot("read", this.#path, cause);
    }
  }
}
