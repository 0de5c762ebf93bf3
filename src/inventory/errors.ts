import { exitCode, UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { suggest } from "../lib/suggest.ts";

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

export const noSession = (word: string, known: readonly string[]): UserError => {
  const like = suggest(word, known);
  return new UserError(`there is no session "${printable(word)}"${like ? `; did you mean ${like}?` : ""}`, {
    hint: "claude-bottle ls lists them",
  });
};

export const ambiguousName = (word: string, found: readonly string[]): UserError =>
  new UserError(`"${printable(word)}" matches ${found.length} names: ${found.slice(0, 8).map(printable).join(", ")}`, {
    exitCode: exitCode.usage,
    hint: "type more of the name",
  });

export const noBottleNamed = (word: string, known: readonly string[]): UserError => {
  const like = suggest(word, known);
  return new UserError(`there is no bottle "${printable(word)}"${like ? `; did you mean ${like}?` : ""}`, {
    hint: "claude-bottle ls lists the bottles",
  });
};

export const nothingInBackground = (bottle: string): UserError =>
  new UserError(`bottle "${bottle}" has no background session`, {
    hint: "start one: claude-bottle run --background -- PROMPT",
  });

export const onTerminal = (session: string, pane: string | undefined): UserError =>
  new UserError(`session ${session} already has a terminal${pane === undefined ? "" : `, tmux pane ${pane}`}`, {
    hint: "only background sessions can be attached: press Left at its empty prompt, or type /background",
  });

export const hasEnded = (session: string, conversation: string | undefined): UserError =>
  new UserError(`session ${session} has ended`, {
    hint:
      conversation === undefined
        ? "claude-bottle run starts a new one"
        : `resume it: claude-bottle run --resume ${conversation}`,
  });

export const backendSilent = (complaint: string): UserError =>
  new UserError(complaint, { hint: "name the bottles to stop: claude-bottle ls lists them" });
