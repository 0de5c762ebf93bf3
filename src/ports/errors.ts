import { UserError, usageError } from "../errors.ts";
import { printable } from "../lib/quote.ts";

export const notAPort = (text: string): UserError =>
  usageError(
    `"${printable(text)}" is not a port`,
    "write 3000, or 8080:3000 for port 8080 of this machine and 3000 of the bottle",
  );

export const portTaken = (port: number, free: string): UserError =>
  new UserError(`port ${port} of this machine is in use`, { hint: `choose another one: claude-bottle port ${free}` });

export const bottleNotRunning = (name: string): UserError =>
  new UserError(`bottle "${name}" is not running`, { hint: "claude-bottle run" });

export const cannotListen = (port: number, code: string): UserError =>
  new UserError(`cannot listen on port ${port}: ${code}`);
