import { UserError } from "../errors.ts";

export const nameTaken = (name: string, removal: string) =>
  new UserError(`a machine named "${name}" already exists and belongs to another directory`, {
    hint: `choose another name: claude-bottle run --name NAME\nor remove the machine if it is not needed: ${removal}`,
  });

export const sessionsRunning = (name: string, sessions: number, command: string) =>
  new UserError(`bottle "${name}" has ${sessions} running session${sessions === 1 ? "" : "s"}`, {
    hint: `end ${sessions === 1 ? "it" : "them"} first, or force it: claude-bottle ${command} --force`,
  });
