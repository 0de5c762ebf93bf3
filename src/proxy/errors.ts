import { UserError } from "../errors.ts";

export const notRunning = (): UserError => new UserError("the bottle is not running");

export const portTaken = (port: number): UserError =>
  new UserError(`a program in the bottle already listens on port ${port} of its loopback`, {
    hint: "end it, or stop the bottle: claude-bottle stop",
  });
