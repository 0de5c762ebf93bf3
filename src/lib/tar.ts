// A tar stream, as an engine's archive of an image is one: files, directories and links, with the long names of ustar, GNU and pax.

const blockSize = 512;
const longestName = 64 * 1024;

export type TarEntry = {
  /** As it is written, but without a slash at its end. */
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
  readonly size: number;
  readonly target: string;
  /** Must be read to its end before the next entry. */
  readonly content: AsyncIterable<Uint8Array>;
};

/** Throws NotTar for what is no tar stream. */
export class NotTar extends Error {}

/** Bytes by number, whatever pieces they come in. */
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

  async take(length: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.pieces(length)) pieces.push(piece);
    return Buffer.concat(pieces, length);
  }
}

const padding = (size: number) => (blockSize - (size % blockSize)) % blockSize;

export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const bytes = new Bytes(source);
  /** Of the entry that follows, by GNU's and pax's own entries. */
  let long: { name?: string; target?: string; size?: number } = {};
  for (;;) {
    const block = await bytes.take(blockSize);
    if (block.every((byte) => byte === 0)) return;
    const header = parseHeader(block);
    const { type } = header;
    if (type === "L" || type === "K" || type === "x" || type === "g") {
      if (header.size > longestName) throw new NotTar("a name in it is too long");
      const text = (await bytes.take(header.size + padding(header.size))).toString("utf8", 0, header.size);
      if (type === "L") long.name = untilNul(text);
      else if (type === "K") long.target = untilNul(text);
      else if (type === "x") long = { ...long, ...parsePax(text) };
      continue;
    }
    const { name, target, size } = { ...header, ...long };
    long = {};
    yield {
      name: name.replace(/\/+$/, ""),
      kind: type === "0" || type === "\0" ? "file" : type === "5" ? "directory" : type === "2" ? "symlink" : "other",
      size,
      target,
      content: bytes.pieces(size),
    };
    await bytes.take(padding(size));
  }
}

function parseHeader(block: Buffer) {
  const text = (start: number, length: number) => untilNul(block.toString("utf8", start, start + length));
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (Number.parseInt(text(148, 8), 8) !== sum) throw new NotTar("it is no tar archive");
  const prefix = text(257, 5) === "ustar" && block[263] === 0x30 ? text(345, 155) : "";
  const size = (block[124] ?? 0) & 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8);
  if (!Number.isSafeInteger(size)) throw new NotTar("a size in it is no number");
  return {
    name: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`,
    target: text(157, 100),
    type: String.fromCharCode(block[156] ?? 0),
    size,
  };
}

const untilNul = (text: string): string => text.split("\0", 1)[0] ?? "";

/** `LENGTH KEY=VALUE` a line, by bytes. */
function parsePax(text: string): { name?: string; target?: string; size?: number } {
  const found: { name?: string; target?: string; size?: number } = {};
  for (let rest = Buffer.from(text); rest.length > 0;) {
    const length = Number.parseInt(rest.toString("latin1", 0, 20), 10);
    if (!(length > 4)) throw new NotTar("a pax record in it is damaged");
    const [, key, value] = /^\d+ ([^=]+)=([^]*)\n$/.exec(rest.toString("utf8", 0, length)) ?? [];
    if (key === "path") found.name = value ?? "";
    if (key === "linkpath") found.target = value ?? "";
    if (key === "size") found.size = Number(value);
    rest = rest.subarray(length);
  }
  return found;
}

/** The header of an entry of ours; `name` is at most 100 bytes of ASCII. */
export function tarHeader({ name, kind, size, target }: Pick<TarEntry, "name" | "kind" | "size" | "target">): Buffer {
  const block = Buffer.alloc(blockSize);
  block.write(name, 0, 100, "latin1");
  block.write(kind === "directory" ? "0000755\0" : "0000644\0", 100, "latin1");
  block.write("0000000\x000000000\0", 108, "latin1");
  block.write(size < 8 ** 11 ? `${size.toString(8).padStart(11, "0")}\0` : "", 124, "latin1");
  if (size >= 8 ** 11) block.writeBigUInt64BE(BigInt(size), 128);
  if (size >= 8 ** 11) block[124] = 0x80;
  block.write("00000000000\0        ", 136, "latin1");
  block.write(kind === "directory" ? "5" : kind === "symlink" ? "2" : "0", 156, "latin1");
  block.write(target, 157, 100, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

export const tarPadding = (size: number): Uint8Array => new Uint8Array(padding(size));
export const tarEnd = new Uint8Array(2 * blockSize);
