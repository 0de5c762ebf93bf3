import { UserError } from "../errors.ts";

export const newerLedger = (file: string) =>
  new UserError(`"${file}" was written by a newer claude-bottle`, { hint: "claude-bottle upgrade" });

/** Turns SQLite's error for the ledger's file into one that says what to do. */
export function ledgerError(file: string, cause: unknown): UserError {
  const words = cause instanceof Error ? cause.message : String(cause);
  // SQLite gives no other reason if the shared memory file cannot grow.
  const isShort = cause instanceof Error && "code" in cause && cause.code === "SQLITE_IOERR_SHMSIZE";
  if (isShort || /full|no space/i.test(words))
    return new UserError(`no space left on device for "${file}"`, { hint: "free some disk space", cause });
  if (/malformed|not a database/i.test(words))
    return new UserError(`"${file}" is damaged`, {
      hint: `remove it: bottles are found again from the backend's own list (rm '${file}')`,
      cause,
    });
  return new UserError(`cannot open "${file}": ${words}`, {
    hint: "make it writable, or set XDG_STATE_HOME to a directory that is",
    cause,
  });
}
