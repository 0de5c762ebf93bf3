import controlScript from "./control.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

/**
 * The prefix of `settle SESSION ROWS COLUMNS TENTHS` and of `end SESSION`. The first waits TENTHS of a second for the size to arrive by itself, then
 * sets it, and prints `native`, `asserted` or `gone`. The second ends every process of the session. `prefix` runs the script in the guest.
 */
export const guestControlArgv = (prefix: readonly string[]): string[] => [
  ...prefix,
  "/bin/sh",
  "-c",
  withoutComments(controlScript),
  "sh",
];

/** Prints `left` if the session's command runs. */
export const leftArgv = (prefix: readonly string[], session: string): string[] => [
  ...guestControlArgv(prefix),
  "left",
  session,
];

/** Ends every process of the session. */
export const endArgv = (prefix: readonly string[], session: string): string[] => [
  ...guestControlArgv(prefix),
  "end",
  session,
];
