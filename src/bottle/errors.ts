import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";

export const nameTaken = (name: string, removal: string) =>
  new UserError(`a machine named "${name}" already exists and belongs to another directory`, {
    hint: `choose another name: claude-bottle run --name NAME\nor remove the machine if it is not needed: ${removal}`,
  });

export const sessionsRunning = (name: string, sessions: number, command: string) =>
  new UserError(`bottle "${name}" has ${sessions} running session${sessions === 1 ? "" : "s"}`, {
    hint: `end ${sessions === 1 ? "it" : "them"} first, or force it: claude-bottle ${command} --force`,
  });

export const noBottleToOpen = (directory: string, host: string) =>
  new UserError(`there is no bottle of "${printable(directory)}" yet`, {
    hint: `claude-bottle allow ${host} --project opens the host to the next one`,
  });
