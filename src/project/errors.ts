import { exitCode, usageError, UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";

/** `count`: how many permissions are pending. `command`: what shows and approves them. */
export const notTrusted = ({
  who,
  count,
  isChange,
  command,
}: {
  readonly who: "bottle.toml" | "the project";
  readonly count: number;
  readonly isChange: boolean;
  readonly command: string;
}): UserError =>
  new UserError(
    `${who} asks for ${count} permission${count === 1 ? "" : "s"} that you have not approved${isChange ? " (changed since your last approval)" : ""}`,
    { hint: `to see and approve ${count === 1 ? "it" : "them"}: ${command}` },
  );

export const holdsOwnFiles = (directory: string): UserError =>
  new UserError(`"${printable(directory)}" holds claude-bottle's own files and cannot be a bottle's project`, {
    hint: "cd to a project's directory",
  });

type Bad = "missing" | "outside" | "directory";

/** A file of the project that the manifest names. `where`: the setting and its value. */
export const badProjectFile = (what: Bad, where: string, hint: string): UserError =>
  new UserError(
    {
      missing: `${where} does not exist`,
      outside: `${where} is outside the project, which is all that a bottle sees`,
      directory: `${where} is a directory`,
    }[what],
    { hint },
  );

export const secretNotSet = (secret: string, variable: string): UserError =>
  new UserError(`secret "${secret}": the variable "${variable}" is not set`, {
    hint: `export ${variable} before you start claude-bottle`,
  });

export const secretEmpty = (secret: string): UserError => new UserError(`secret "${secret}" is empty`);
export const secretHasNul = (secret: string): UserError => new UserError(`secret "${secret}" contains a NUL character`);

export const noRootCommands = (backend: string, index: number): UserError =>
  new UserError(`${backend} cannot run provision.commands[${index}] as root: its bottles have no user besides you`, {
    hint: 'remove user = "root", or choose another backend',
  });

export const notClaudeSettings = (file: string): UserError =>
  new UserError(`"${printable(file)}" does not hold settings of Claude Code`, {
    hint: 'correct it, or remove "settings" from provision.claude',
  });

export const projectGone = (directory: string, bottle: string): UserError =>
  new UserError(`the project's directory "${printable(directory)}" no longer exists`, {
    hint: `to remove its bottle: claude-bottle rm ${bottle}`,
  });

/** `what`: "is gone", or what it has become. */
export const sharedPathChanged = (path: string, bottle: string, what: string): UserError =>
  new UserError(`"${printable(path)}", which bottle "${bottle}" shares, ${what}`, {
    hint: `restore it, or remove the bottle: claude-bottle rm ${bottle}`,
  });

/** A file of the project that a host command names. */
export const cannotBeJudged = (path: string): UserError =>
  new UserError(`"${printable(path)}", which a command on this machine names, cannot be read`, {
    hint: "it must be a regular file of at most 16 MiB",
  });

export const changedSinceRead = (name: string): UserError =>
  new UserError(`"${printable(name)}" has changed since bottle.toml was read`, { hint: "try again" });

export const namedInsideArgument = (name: string): UserError =>
  new UserError(`the command names "${printable(name)}" inside an argument`, {
    hint: "make it an argument by itself",
  });

export const tooLargeToJudge = (path: string): UserError =>
  new UserError(`"${printable(path)}" is too large to check, and a session would run it with your credential`, {
    hint: "list the files of it that you need under [[provision.files]]",
  });

export const anotherDirectoryShared = (name: string, path: string): UserError =>
  new UserError(
    `bottle "${name}" does not share "${printable(path)}", but another directory that was put in its place`,
    {
      hint: `try again; if the bottle is running, stop it first: claude-bottle stop ${name}`,
    },
  );

/** If no line of a file is to blame. */
export const refused = (text: string, hint: string | undefined): UserError => new UserError(text, { hint });

export const noRepository = (directory: string) =>
  new UserError(`"${printable(directory)}" is not in a git repository`, { hint: "git init" });

export const notAWorktreeName = (name: string) =>
  usageError(
    `"${printable(name)}" cannot name a branch and a directory`,
    "use letters, digits, and . _ + - / between them",
  );

export const worktreeInTheWay = (directory: string) =>
  new UserError(`"${printable(directory)}" exists and is not a worktree of claude-bottle's`, {
    hint: "choose another name, or run claude-bottle in that directory",
  });

export const gitFailed = (words: string, code: number = exitCode.failed) =>
  new UserError(`git: ${printable(words)}`, { exitCode: code });
