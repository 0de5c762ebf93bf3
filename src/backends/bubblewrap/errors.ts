import { UserError } from "../../errors.ts";
import { printable } from "../../lib/quote.ts";

export const stepFailed = (doing: string, why: string) =>
  new UserError(`cannot ${doing}: ${why}`, { hint: "claude-bottle doctor" });

export const endedAtStart = (name: string) =>
  new UserError(`bottle "${name}" ended as soon as it had started`, { hint: "claude-bottle doctor" });

export const portTaken = (name: string, port: number) =>
  new UserError(`a program in bottle "${name}" listens on port ${port}, which ANTHROPIC_BASE_URL needs there`, {
    hint: `end that program, or stop the bottle: claude-bottle stop ${name}`,
  });

export const directoryReplaced = (name: string, path: string) =>
  new UserError(`bottle "${name}" still has the directory that was "${printable(path)}" when it started`, {
    hint: `stop it, and the next session has the new one: claude-bottle stop ${name}`,
  });
