import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";

/** Before a removal, which would lose what could not be copied back. */
export const notPulled = (bottle: string, cause: UserError, command: "rm" | "stop"): UserError =>
  new UserError(cause.message, {
    hint: `to ${command === "rm" ? "remove" : "stop"} it without pulling its changes: claude-bottle ${command} --force ${bottle}`,
    cause,
  });

export const conflictBeforeRemoval = (bottle: string, names: string): UserError =>
  new UserError(`bottle "${bottle}" and the project changed the same files: ${names}`, {
    hint: "resolve it with claude-bottle sync --keep host, or --keep bottle; rm --force loses the bottle's changes",
  });

export const unreadableDirectory = (name: string, where: string): UserError =>
  new UserError(`the directory "${name}" of ${where} cannot be read, so it cannot be copied`, {
    hint: "chmod u+rx it, then: claude-bottle sync",
  });

/** One side had files before and is empty now. */
export const allGone = (side: "host" | "bottle", bottle: string, directory: string): UserError =>
  new UserError(
    side === "host"
      ? `everything in the project's directory "${printable(directory)}" is gone, but its copy in bottle "${bottle}" has files`
      : `everything in the copy of the project in bottle "${bottle}" is gone`,
    { hint: `to copy the project again from here: claude-bottle rm --force ${bottle}, then claude-bottle run` },
  );

export const notSynced = (bottle: string, why: string): UserError =>
  new UserError(`cannot sync the project with its copy in bottle "${bottle}": ${why}`, {
    hint: "nothing is lost; once the cause is fixed: claude-bottle sync",
  });
