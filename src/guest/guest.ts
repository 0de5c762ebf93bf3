import controlScript from "./control.sh" with { type: "text" };
import preludeScript from "./prelude.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

type Start = {
  readonly session: string;
  readonly size: { rows: number; columns: number } | undefined;
  readonly directory: string;
  readonly command: readonly string[];
};

/** What a session's first process is in the guest; it becomes `command`. */
export const preludeArgv = ({ session, size, directory, command }: Start): string[] => [
  "/bin/sh", "-c", withoutComments(preludeScript), "sh", session, String(size?.rows ?? 0), String(size?.columns ?? 0), directory, ...command,
]; // prettier-ignore

/** Prints `native`, `asserted` or `gone`. `waitTenths`: how long the size may take to arrive by itself, in tenths of a second. */
export const settleArgv = (prefix: readonly string[], session: string, size: readonly [rows: number, columns: number], waitTenths: number): string[] => [
  ...prefix, "/bin/sh", "-c", withoutComments(controlScript), "sh", "settle", session, String(size[0]), String(size[1]), String(waitTenths),
]; // prettier-ignore

/** Ends every process of the session. */
export const endArgv = (prefix: readonly string[], session: string): string[] => [
  ...prefix,
  "/bin/sh",
  "-c",
  withoutComments(controlScript),
  "sh",
  "end",
  session,
];
