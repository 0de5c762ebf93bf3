import controlScript from "./control.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

/**
 * Before `settle SESSION ROWS COLUMNS TENTHS`, which prints `native`, `asserted` or `gone` and gives the size TENTHS of a second
 * to arrive by itself, and before `end SESSION`, which ends every process of the session. `prefix`: what runs it in the guest.
 */
export const guestControlArgv = (prefix: readonly string[]): string[] => [
  ...prefix,
  "/bin/sh",
  "-c",
  withoutComments(controlScript),
  "sh",
];

/** Ends every process of the session. */
export const endArgv = (prefix: readonly string[], session: string): string[] => [
  ...guestControlArgv(prefix),
  "end",
  session,
];
