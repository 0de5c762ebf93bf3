import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { notRegular } from "./errors.ts";
import { privateDirectory } from "./files.ts";

const compressed = { "\x1f\x8b": "gzip", "\x28\xb5": "zstd" } as const;

/** The bytes of a regular file, decompressed if it is in gzip or zstd format. */
export async function* readPlain(path: string): AsyncGenerator<Uint8Array> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) throw notRegular(path);
    const start = Buffer.alloc(2);
    readSync(file, start, 0, 2, 0);
    const format = compressed[start.toString("latin1") as keyof typeof compressed];
    const stream = Bun.file(file).stream();
    yield* format === undefined ? stream : stream.pipeThrough(new DecompressionStream(format));
  } finally {
    closeSync(file);
  }
}

/** Creates a new file that only we can read, with this content. On failure there is no file. */
export async function writeStream(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  privateDirectory(dirname(path));
  const file = openSync(path, "wx", 0o600);
  try {
    for await (const piece of content)
      for (let rest = piece; rest.length > 0;) rest = rest.subarray(writeSync(file, rest));
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}
