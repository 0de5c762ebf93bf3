import { backendNames } from "../backends/registry.ts";
import { exitCode, UserError } from "../errors.ts";
import { suggest } from "../lib/suggest.ts";
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

export const otherBackend = (bottle: string, made: string, demanded: string) =>
  new UserError(`bottle "${bottle}" was made on ${made}, not on ${demanded}, and stays there`, {
    hint: `remove it first: claude-bottle rm ${bottle}`,
  });

export function unknownBackend(name: string): UserError {
  const like = suggest(name, backendNames);
  return new UserError(`there is no backend "${printable(name)}"${like ? `; did you mean ${like}?` : ""}`, {
    exitCode: exitCode.usage,
    hint: `there are: ${backendNames.join(", ")}`,
  });
}
