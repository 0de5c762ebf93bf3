import { UserError, usageError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { suggest } from "../lib/suggest.ts";

const didYouMean = (word: string, known: readonly string[], prefix = ""): string => {
  const like = suggest(word, known);
  return like === undefined ? "" : `; did you mean ${prefix}${like}?`;
};

/** `parent`: the command that the subcommand belongs to, such as "tmux". */
export const unknownCommand = (word: string, known: readonly string[], parent?: string): UserError =>
  usageError(
    `unknown command "${printable(parent === undefined ? word : `${parent} ${word}`)}"${didYouMean(word, known)}`,
    parent === undefined
      ? "claude-bottle --help lists the commands"
      : `claude-bottle ${parent} --help lists its commands`,
  );

export const noSubcommand = (parent: string): UserError =>
  usageError(`${parent} needs a subcommand`, `claude-bottle ${parent} --help lists them`);

/** `owner`: the program that gets the arguments after `--`, if the command takes any. */
export function unknownOption(
  name: string,
  {
    command,
    known,
    owner,
  }: { readonly command: string; readonly known: readonly string[]; readonly owner: string | undefined },
): UserError {
  const word = printable(name.length === 1 ? `-${name}` : `--${name}`);
  const meant = didYouMean(name, known, "--");
  const isTheirs = meant === "" && owner !== undefined;
  return usageError(
    `unknown option "${word}"${meant}`,
    isTheirs ? `options of ${owner} go after --, as in: claude-bottle ${command} -- ${word}` : undefined,
  );
}

export const needsValue = (option: string): UserError => usageError(`--${option} needs a value`);
export const takesNoValue = (option: string): UserError => usageError(`--${option} takes no value`);

export const unexpectedArgument = (word: string, owner: string | undefined): UserError =>
  usageError(
    `unexpected argument "${printable(word)}"`,
    owner === undefined ? undefined : `arguments of ${owner} go after --`,
  );

export const nothingAfterDashes = (): UserError => usageError("this command takes no arguments after --");
