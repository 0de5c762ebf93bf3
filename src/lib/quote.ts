/** One word, quoted for a POSIX shell if needed. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Control characters, and characters that change the direction of text or have no width: a terminal obeys or hides them. */
const unprintable = /[\x00-\x1f\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/u;
const allUnprintable = new RegExp(unprintable, "gu");

/** An argv as one line to read and to paste (bash, zsh, ksh: a newline in a word becomes `$'\\n'`). */
export const shellLine = (argv: readonly string[]): string =>
  argv.map((word) => (unprintable.test(word) ? ansiQuote(word) : shellQuote(word))).join(" ");

function ansiQuote(word: string): string {
  const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "'": "\\'", "\\": "\\\\" };
  return `$'${word.replace(/['\\]|[\x00-\x1f\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => escapes[char] ?? byteEscapes(char))}'`;
}

/** The same bytes in any locale. */
const byteEscapes = (char: string): string => Buffer.from(char).toString("hex").replace(/../g, "\\x$&");

/** Text from a guest or a repository, safe to print: what a terminal would obey or hide becomes visible. */
export const printable = (text: string): string => text.replace(allUnprintable, visibly);

function visibly(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}

/** The same for text with several lines. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");
