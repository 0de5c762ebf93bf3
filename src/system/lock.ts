import { Database } from "bun:sqlite";
import { UserError } from "../errors.ts";
import { shellLine } from "../lib/quote.ts";
import { exists, privateDirectory, removeLink } from "./files.ts";
import { stateDirectory, type System } from "./system.ts";

const retryMs = 50;

/**
 * Holds the bottle or template of that name against every other process of ours while `work` runs. SQLite's own file lock, which
 * the kernel takes back when the process dies in whatever way.
 */
export async function withLock<T>(
  system: System,
  name: string,
  options: { signal: AbortSignal; onWait: () => void },
  work: () => Promise<T>,
): Promise<T> {
  const file = lockFile(system, name);
  let db = open(file);
  let waited = false;
  try {
    for (;;) {
      options.signal.throwIfAborted();
      if (tryLock(db)) {
        // `gc` removes the file of a bottle that is gone; a lock on a removed file holds nobody up.
        if (exists(file)) break;
        db.close();
        db = open(file);
        continue;
      }
      if (!waited) options.onWait();
      waited = true;
      await Bun.sleep(retryMs);
    }
    return await work();
  } finally {
    db.close();
  }
}

export function isLocked(system: System, name: string): boolean {
  const file = lockFile(system, name);
  if (!exists(file)) return false;
  const db = open(file);
  try {
    return !tryLock(db);
  } finally {
    db.close();
  }
}

/** Removes the lock's file, unless somebody holds it. */
export function removeLock(system: System, name: string): boolean {
  const file = lockFile(system, name);
  const db = open(file);
  try {
    const isFree = tryLock(db);
    if (isFree) removeLink(file);
    return isFree;
  } finally {
    db.close();
  }
}

const lockFile = (system: System, name: string) =>
  `${privateDirectory(`${stateDirectory(system.env)}/locks`)}/${name}.db`;
const open = (file: string) => new Database(file, { create: true });

/** Throws UserError for a file that is no lock. */
function tryLock(db: Database): boolean {
  try {
    db.run("begin exclusive");
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "SQLITE_BUSY") return false;
    if (code !== "SQLITE_NOTADB") throw error;
    throw new UserError(`"${db.filename}" is damaged`, {
      hint: `it is a lock, and holds nothing: ${shellLine(["rm", db.filename])}`,
      cause: error,
    });
  }
}
