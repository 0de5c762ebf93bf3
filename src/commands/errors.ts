import { UserError, usageError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { suggest } from "../lib/suggest.ts";

/** For an option that takes one of a few values. */
export const wrongValue = (option: string, known: readonly string[], value: string): UserError =>
  usageError(`--${option} must be ${known.slice(0, -1).join(", ")} or ${known.at(-1)}, not "${printable(value)}"`);

export const notACount = (option: string, value: string): UserError =>
  usageError(`--${option} must be a whole number from 1, not "${printable(value)}"`);

export const exclusive = (options: readonly string[]): UserError =>
  usageError(`${options.slice(0, -1).join(", ")} and ${options.at(-1)} cannot be used together`);

export function unknownAgent(name: string, known: readonly string[]): UserError {
  const like = suggest(name, known);
  return usageError(
    `there is no agent "${printable(name)}"${like ? `; did you mean ${like}?` : ""}`,
    `agents of this project: ${known.join(", ")}`,
  );
}

export const noReference = (text: string): UserError =>
  usageError(`"${printable(text)}" is not a name in a registry`, "give one such as registry.example.org/team/claude:1");

/** `reasons`: why each backend that builds images is unavailable. */
export const noBuilder = (reasons: readonly string[]): UserError =>
  new UserError("nothing here can build the template", {
    hint: `${reasons.join("\n")}\nwithout one, leave kubernetes.image out: the pod then installs Claude Code itself`,
  });

export const noCommand = (): UserError =>
  usageError("there is no command to run", "put it after --, as in: claude-bottle exec -- git status");

export const noCredentialCommand = (): UserError =>
  usageError(
    "there is no command that prints the credential",
    "put it after --, as in: claude-bottle login -- op read op://private/claude/token",
  );

/** `bottles`: how many sides of the copy are in a bottle. Exactly one should be. */
export const wrongSides = (bottles: 0 | 2): UserError =>
  usageError(
    bottles === 0 ? "neither side is in a bottle" : "both sides are in a bottle",
    "to copy into this directory's bottle: claude-bottle cp notes.txt :/tmp/notes.txt\na path in a bottle is absolute; write a local file with a colon in its name as ./na:me",
  );

export const projectIsHere = (): UserError =>
  usageError("--project changes this directory's bottle.toml, and --bottle names another bottle");

export const yesWithoutFix = (): UserError => usageError("--yes needs --fix", "claude-bottle doctor --fix --yes");

export const noCompletions = (shell: string): UserError =>
  usageError(`no completions for "${printable(shell)}"`, "bash, zsh and fish have completions");

export const hostTakesNothing = (): UserError =>
  usageError("--host opens your own shell and takes no arguments after --");

export const noTmux = (): UserError =>
  new UserError("--host needs tmux, and this terminal is not in tmux", { hint: "start one: tmux new-session" });

export const noTerminalToTest = (): UserError =>
  new UserError("doctor tty tests a terminal, and stdin is not one", {
    hint: "run it in a terminal: claude-bottle doctor tty",
  });

export const otherRequest = (): UserError =>
  new UserError("this hash does not belong to what bottle.toml asks for now", {
    hint: "claude-bottle trust shows it",
  });

/** `byHash`: the command that approves exactly this manifest. */
export const cannotAskForTrust = (byHash: string): UserError =>
  new UserError("trust asks a question, and there is no terminal to ask on", {
    hint: `run claude-bottle trust in a terminal, or approve exactly this: ${byHash}`,
  });

export const noBottleYet = (name: string): UserError =>
  new UserError(`there is no bottle "${name}" yet`, { hint: "claude-bottle run creates it" });

export const manifestExists = (): UserError =>
  new UserError("bottle.toml already exists", { hint: "claude-bottle init --dry-run shows a new one" });

export const notLoggedIn = (): UserError =>
  new UserError("Claude Code on this machine is not logged in", {
    hint: "log in with claude first, or store a token: claude-bottle login",
  });

export const noToken = (): UserError => new UserError("no token was given", { hint: "to get one: claude setup-token" });

/** For an option that requires another one. */
export const needs = (option: string, other: string): UserError => usageError(`${option} works only with ${other}`);

export const allAndNames = (): UserError => usageError("--all takes no names");
