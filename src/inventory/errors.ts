import { UserError } from "../errors.ts";

export const sessionsRunning = (bottles: readonly string[]): UserError =>
  new UserError(`sessions are running in ${bottles.join(", ")}`, {
    hint: "end them first: claude-bottle ls lists them",
  });

/** `complaint`: why a backend could not be asked. */
export const bottlesUnknown = (complaint: string): UserError =>
  new UserError(complaint, { hint: "its bottles could not be removed, and no record of them would be left" });

export const purgeNeedsYes = (): UserError =>
  new UserError("uninstall --purge asks before it removes bottles, and there is no terminal to ask on", {
    hint: "to see what it would remove: --dry-run; to remove it without a question: --yes",
  });
