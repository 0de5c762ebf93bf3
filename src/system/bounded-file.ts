import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** A regular file as it is now, with its permissions; undefined for anything else, and for one of more than `limit` bytes. */
export function readBounded(
  path: string,
  limit: number,
): { readonly content: Buffer; readonly mode: number } | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > limit) return undefined;
    // One of /proc has no size and no end.
    const content = Buffer.alloc(stat.size);
    return { content: content.subarray(0, readSync(file, content, 0, stat.size, 0)), mode: stat.mode & 0o777 };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
