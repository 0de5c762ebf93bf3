import { constants, Database } from "bun:sqlite";
import { damagedLock } from "./errors.ts";
import { exists, privateDirectory, removeFile } from "./files.ts";
import { stateDirectory, type System } from "./system.ts";

const retryMs = 50;

/** A lock that we hold. */
export type Held = {
  /** Removes the lock's file when the lock is released, because its bottle is gone. */
  discard(): void;
};

/**
 * Holds the lock of the bottle or template of that name while `work` runs. It uses SQLite's file lock, which the kernel releases even if the process
 * is killed.
 */
export async function withLock<T>(
  system: System,
  name: string,
  options: { signal: AbortSignal; onWait: () => void },
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const file = lockFile(system, name);
  let db = open(file);
  let waited = false;
  let isDiscarded = false;
  try {
    for (;;) {
      options.signal.throwIfAborted();
      if (tryLock(db)) {
        if (!isReplaced(db)) break;
        db.close();
        db = open(file);
        continue;
      }
      if (!waited) options.onWait();
      waited = true;
      await Bun.sleep(retryMs);
    }
    return await work({ discard: () => void (isDiscarded = true) });
  } finally {
    if (isDiscarded) removeFile(file);
    db.close();
  }
}

/**
 * Whether the locked file has been replaced or removed: `rm` and `gc` remove the file of a bottle that is gone, and a lock on a removed file stops no
 * process that opens the new one.
 */
function isReplaced(db: Database): boolean {
  // SQLite writes an int; Bun 1.4 refuses less than eight bytes.
  const answer = new Int32Array(2);
  db.fileControl(constants.SQLITE_FCNTL_HAS_MOVED, answer);
  return answer[0] !== 0;
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

/** Removes the lock's file, unless a process holds it. */
export function removeLock(system: System, name: string): boolean {
  const file = lockFile(system, name);
  const db = open(file);
  try {
    const isFree = tryLock(db) && !isReplaced(db);
    if (isFree) removeFile(file);
    return isFree;
  } finally {
    db.close();
  }
}

const lockFile = (system: System, name: string) =>
  `${privateDirectory(`${stateDirectory(system.env)}/locks`)}/${name}.db`;
const open = (file: string) => new Database(file, { create: true });

/** Throws UserError for a file that is not a lock. */
function tryLock(db: Database): boolean {
  try {
    // With a journal in a file, SQLite would write its header: not on a full disk, where `rm` and `gc` are needed most.
    db.run("pragma journal_mode = memory");
    db.run("begin exclusive");
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "SQLITE_BUSY") return false;
    // SQLite 3.54 reports SQLITE_IOERR_FSTAT for a removed file. `isReplaced` then rejects the lock.
    if (isReplaced(db)) return true;
    if (code !== "SQLITE_NOTADB") throw error;
    throw damagedLock(db.filename, error);
  }
}
