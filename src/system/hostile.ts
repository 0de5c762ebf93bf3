import { closeSync, constants, fstatSync, lstatSync, openSync, opendirSync, readSync } from "node:fs";

// Directories that a bottle writes while we read them: no link in them is followed, nothing is waited for, and nothing is read whole
// that could be of any size.

export type HostileFile = { readonly text: string; readonly modifiedAt: number };

/** The plain file `root/path`; undefined for any other thing, for one behind a link, and for one of more than `limit` bytes. */
export function readHostile(root: string, path: string, limit: number): HostileFile | undefined {
  let file: number | undefined;
  try {
    if (!isPlainWay(root, path)) return undefined;
    // A pipe that nobody writes to would be waited for.
    file = openSync(`${root}/${path}`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > limit) return undefined;
    // It may grow or shrink meanwhile.
    const buffer = Buffer.alloc(stat.size);
    const length = readSync(file, buffer, 0, stat.size, 0);
    return { text: buffer.toString("utf8", 0, length), modifiedAt: stat.mtimeMs };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** At most `limit` of the names in the directory `root/path`. */
export function listHostile(root: string, path: string, limit: number): string[] {
  const names: string[] = [];
  try {
    if (!isPlainWay(root, `${path}/.`)) return names;
    const directory = opendirSync(`${root}/${path}`);
    try {
      for (let entry = directory.readSync(); entry && names.length < limit; entry = directory.readSync())
        names.push(entry.name);
    } finally {
      directory.closeSync();
    }
  } catch {
    // It is not there, or no directory.
  }
  return names;
}

/** Whether every directory between the two is one, and no link. */
function isPlainWay(root: string, path: string): boolean {
  const parts = path.split("/").slice(0, -1);
  return parts.every((_, at) => lstatSync(`${root}/${parts.slice(0, at + 1).join("/")}`).isDirectory());
}
