// Reads a tar stream from an engine or a bottle: files, directories and links, with the long names of ustar, GNU and pax. Names are bytes, one
// character for each byte.

const blockSize = 512;
const longestName = 64 * 1024;
/** tar pads its last record, of 10 KiB by default, and fails if it cannot write all of it. */
const longestEnd = 1024 * 1024;

export type TarEntry = {
  /** As written, without a trailing slash. */
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "hardlink" | "other";
  readonly size: number;
  readonly target: string;
  readonly mode: number;
  /** In seconds. */
  readonly modifiedAt: number;
  /** Valid until the next entry is read. */
  readonly content: AsyncIterable<Uint8Array>;
};

/** Thrown for a stream that is not tar. */
export class NotTar extends Error {}

/** Reads exact numbers of bytes, however the stream is split. */
class Bytes {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async *pieces(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      if (this.#rest.length === 0) {
        const next = await this.#source.next();
        if (next.done) throw new NotTar("it ends too early");
        this.#rest = next.value;
        continue;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Skips the padding after the end. */
  async skipRest(): Promise<void> {
    for (let left = longestEnd - this.#rest.length; left > 0;) {
      const next = await this.#source.next();
      if (next.done) return;
      left -= next.value.length;
    }
    await this.#source.return?.();
  }

  async take(length: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.pieces(length)) pieces.push(piece);
    return Buffer.concat(pieces, length);
  }
}

const padding = (size: number) => (blockSize - (size % blockSize)) % blockSize;

export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const bytes = new Bytes(source);
  /** Values for the next entry, from GNU's and pax's special entries. */
  let long: { name?: string; target?: string; size?: number } = {};
  for (;;) {
    const block = await bytes.take(blockSize);
    if (block.every((byte) => byte === 0)) return await bytes.skipRest();
    const header = parseHeader(block);
    const { type } = header;
    if (type === "L" || type === "K" || type === "x" || type === "g") {
      if (header.size > longestName) throw new NotTar("a name in it is too long");
      const text = (await bytes.take(header.size + padding(header.size))).toString("latin1", 0, header.size);
      if (type === "L") long.name = untilNul(text);
      else if (type === "K") long.target = untilNul(text);
      else if (type === "x") long = { ...long, ...parsePax(text) };
      continue;
    }
    const { name, ...rest } = { ...header, ...long };
    long = {};
    const kind = kinds[type] ?? "other";
    // Old programs write the size of a hard link's file, but not its content.
    const size = kind === "hardlink" ? 0 : rest.size;
    const content = bytes.pieces(size);
    yield { ...rest, name: withoutSlashes(name), kind, size, content };
    for await (const _ of content);
    await bytes.take(padding(size));
  }
}

const kinds: Readonly<Record<string, TarEntry["kind"]>> = {
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": "hardlink",
  "2": "symlink",
  "5": "directory",
};

/** Not a regular expression: one would take quadratic time for a name of slashes. */
function withoutSlashes(name: string): string {
  let end = name.length;
  while (name[end - 1] === "/") end -= 1;
  return name.slice(0, end);
}

function parseHeader(block: Buffer) {
  const text = (start: number, length: number) => untilNul(block.toString("latin1", start, start + length));
  const number = (start: number, length: number) => Number.parseInt(text(start, length), 8) || 0;
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (Number.parseInt(text(148, 8), 8) !== sum) throw new NotTar("it is no tar archive");
  const prefix = text(257, 5) === "ustar" && block[263] === 0x30 ? text(345, 155) : "";
  const size = (block[124] ?? 0) & 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8);
  return {
    name: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    target: text(157, 100),
    type: String.fromCharCode(block[156] ?? 0),
    size: checkedSize(size),
    mode: number(100, 8) & 0o7777,
    modifiedAt: number(136, 12),
  };
}

function checkedSize(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) throw new NotTar("a size in it is no number");
  return size;
}

const untilNul = (text: string): string => text.split("\0", 1)[0] ?? "";

/** One `LENGTH KEY=VALUE` per line; LENGTH counts bytes. */
function parsePax(text: string): { name?: string; target?: string; size?: number } {
  const found: { name?: string; target?: string; size?: number } = {};
  for (let at = 0; at < text.length;) {
    const length = Number.parseInt(text.slice(at, at + 20), 10);
    if (!(length > 4)) throw new NotTar("a pax record in it is damaged");
    const [, key, value] = /^\d+ ([^=]+)=([^]*)\n$/.exec(text.slice(at, at + length)) ?? [];
    if (key === "path") found.name = untilNul(value ?? "");
    if (key === "linkpath") found.target = untilNul(value ?? "");
    if (key === "size") found.size = checkedSize(Number(value));
    at += length;
  }
  return found;
}

type Header = Pick<TarEntry, "name" | "kind" | "size" | "target"> & Partial<Pick<TarEntry, "mode" | "modifiedAt">>;

/** The header of an entry that we write. `name` and `target` have at most 100 bytes. */
export function tarHeader({ name, kind, size, target, mode, modifiedAt = 0 }: Header): Buffer {
  return header({ name, target, type: types[kind], size, mode: mode ?? (kind === "directory" ? 0o755 : 0o644), modifiedAt });
} // prettier-ignore

/** The same for names of any length, in GNU's special entries, which busybox also reads. */
export function* longTarHeader(entry: Header): Generator<Buffer> {
  for (const [type, text] of [["K", entry.target], ["L", entry.name]] as const) {
    if (text.length <= 100) continue;
    const content = Buffer.from(`${text}\0`, "latin1");
    yield header({ name: "././@LongLink", target: "", type, size: content.length, mode: 0o644, modifiedAt: 0 });
    yield content;
    yield Buffer.from(tarPadding(content.length));
  }
  yield tarHeader(entry);
} // prettier-ignore

const types = { file: "0", hardlink: "1", symlink: "2", directory: "5", other: "3" } as const;

type Fields = Required<Pick<TarEntry, "name" | "target" | "size" | "mode" | "modifiedAt">> & { readonly type: string };

function header({ name, target, type, size, mode, modifiedAt }: Fields): Buffer {
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length, "0")}\0`;
  const block = Buffer.alloc(blockSize);
  block.write(name, 0, 100, "latin1");
  block.write(octal(mode & 0o7777, 7), 100, "latin1");
  block.write("0000000\x000000000\0", 108, "latin1");
  block.write(size < 8 ** 11 ? octal(size, 11) : "", 124, "latin1");
  if (size >= 8 ** 11) block.writeBigUInt64BE(BigInt(size), 128);
  if (size >= 8 ** 11) block[124] = 0x80;
  block.write(`${octal(Math.min(Math.max(0, Math.floor(modifiedAt)), 8 ** 11 - 1), 11)}        `, 136, "latin1");
  block.write(type, 156, "latin1");
  block.write(target, 157, 100, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

export const tarPadding = (size: number): Uint8Array => new Uint8Array(padding(size));
export const tarEnd = new Uint8Array(2 * blockSize);
