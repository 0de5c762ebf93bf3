import { UserError, usageError } from "../errors.ts";
import { suggest } from "../lib/suggest.ts";

/** A mistake in a manifest. `place`: "bottle.toml:3:1". `rest`: the line with a caret, and how many more mistakes there are. */
export const mistake = (
  place: string,
  text: string,
  { rest = "", hint }: { readonly rest?: string; readonly hint?: string | undefined } = {},
): UserError => new UserError(`${place}: ${text}${rest}`, { hint });

export const tooLong = (file: string): UserError =>
  mistake(file, "a manifest has at most 64 KiB", { hint: `check that ${file} is the file you mean` });

export const notText = (file: string, position: string): UserError =>
  mistake(`${file}:${position}`, "NUL character; a manifest is plain text in UTF-8", { hint: `save ${file} as UTF-8` });

export const profileCircle = (text: string): UserError => new UserError(text);

/** For an option, where no file is named. */
export const unknownProfile = (name: string, known: readonly string[]): UserError =>
  usageError(
    noProfile(name, known),
    known.length === 0 ? "add [profiles.NAME] to bottle.toml" : `profiles of this project: ${known.join(", ")}`,
  );

export function noProfile(name: string, known: readonly string[]): string {
  const like = suggest(name, known);
  return `there is no profile ${JSON.stringify(name)}${like === undefined ? "" : `; did you mean ${like}?`}`;
}
