import { UserError } from "../errors.ts";
import { stateDirectory, type System } from "../system/system.ts";

export const newerLedger = (file: string) =>
  new UserError(`"${file}" was written by a newer claude-bottle`, { hint: "claude-bottle upgrade" });

/** The ledger cannot be used, for a reason that lies in its file. */
export class LedgerTrouble extends UserError {}

export const ledgerFile = (env: System["env"]): string => `${stateDirectory(env)}/ledger.db`;

/** What SQLite says while the ledger is in use too; undefined for any other error. */
export const ledgerTrouble = (env: System["env"], error: unknown): LedgerTrouble | undefined =>
  error instanceof LedgerTrouble
    ? error
    : error instanceof Error && error.name === "SQLiteError"
      ? ledgerError(ledgerFile(env), error)
      : undefined;

/** Turns SQLite's error for the ledger's file into one that says what to do. */
export function ledgerError(file: string, cause: unknown): LedgerTrouble {
  const words = cause instanceof Error ? cause.message : String(cause);
  // SQLite gives no other reason if the shared memory file cannot grow.
  const isShort = cause instanceof Error && "code" in cause && cause.code === "SQLITE_IOERR_SHMSIZE";
  if (isShort || /full|no space/i.test(words))
    return new LedgerTrouble(`no space left on device for "${file}"`, { hint: "free some disk space", cause });
  if (/malformed|not a database/i.test(words))
    return new LedgerTrouble(`"${file}" is damaged`, {
      hint: `remove it: bottles are found again from the backend's own list (rm '${file}')`,
      cause,
    });
  return new LedgerTrouble(`cannot open "${file}": ${words}`, {
    hint: "make it writable, or set XDG_STATE_HOME to a directory that is",
    cause,
  });
}
