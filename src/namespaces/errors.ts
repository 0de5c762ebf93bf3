import { UserError } from "../errors.ts";

export const bottleStopped = (): UserError =>
  new UserError("the bottle has stopped", { hint: "run the command again, which starts it" });

export const cannotEnter = (): UserError =>
  new UserError("the bottle cannot be entered", { hint: "claude-bottle stop, then run the command again" });

export const cannotStart = (program: string): UserError => new UserError(`"${program}" cannot be started`);
