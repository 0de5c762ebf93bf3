import { count } from "../lib/count.ts";
import { shortDuration } from "../lib/duration.ts";
import { printable } from "../lib/quote.ts";

// What this room tells the user, apart from its errors.

export const noBottleOf = (directory: string) => `"${directory}" has no bottle`;

export const stillInUse = (kind: string, name: string) => `${kind} "${name}" is still in use and stays`;

/** `what`: one of the following, or a directory. */
export const purging = (what: string, isDry: boolean) => `${isDry ? "would remove" : "removing"} ${what}`;

/** `lost`: what only exists in it. */
export const thatBottle = (name: string, lost: string | undefined) =>
  `bottle ${name}${lost === undefined ? "" : ` (${lost})`}`;

export const keptLogin = "the login that was kept";

export const unknownLosses = "what only exists in it is not known";

// Why something is left over, and what removing it does: gc prints both.

/** `lost`: what only exists in it. */
export const directoryGone = (directory: string, lost: string) =>
  `its directory ${printable(directory)} is gone${lost}`;

export const unknownInIt = "what is only in it is not known";

export const machineMissing = (backend: string) => `${backend} no longer has its machine`;

export const forgettingRecord = "forget it in the ledger";

export const noSuchBottle = "there is no bottle of that name";

export const keptClaudeOf = (directory: string) =>
  `the ~/.claude of a bottle of ${printable(directory)}, which is gone`;

export const forgettingCopy = "forget what its copy of the project was";

export const forgettingTraps = "forget what its sessions changed of git";

// Why a bottle exists, in the list of bottles.

export const hasSessions = (sessions: number) => count(sessions, "session");

export const itsMachineIsGone = "its machine is gone";

export const itsDirectoryIsGone = "its directory is gone";

export const notInLedger = "not in the ledger";

/** `ms`: since it was last used. */
export const lastUsed = (ms: number | undefined) => (ms === undefined ? "never used" : `used ${shortDuration(ms)} ago`);
