import { UserError } from "../errors.ts";

/** Before a removal, which would lose what could not be pulled. */
export const notPulled = (bottle: string, cause: UserError, command: "rm" | "stop"): UserError =>
  new UserError(cause.message, {
    hint: `to ${command === "rm" ? "remove" : "stop"} it without pulling its changes: claude-bottle ${command} --force ${bottle}`,
    cause,
  });

export const conflictBeforeRemoval = (bottle: string, names: string): UserError =>
  new UserError(`bottle "${bottle}" and the project changed the same files: ${names}`, {
    hint: "resolve it with claude-bottle sync --keep host, or --keep bottle; rm --force loses the bottle's changes",
  });
