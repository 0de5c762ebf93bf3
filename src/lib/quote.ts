/** One word as a POSIX shell reads it back; left bare when it needs no quotes. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** An argv as one line to read and to paste (bash, zsh, ksh: a newline in a word becomes `$'\\n'`). */
export const shellLine = (argv: readonly string[]): string =>
  argv.map((word) => (/[\x00-\x1f\x7f-\x9f]/.test(word) ? ansiQuote(word) : shellQuote(word))).join(" ");

function ansiQuote(word: string): string {
  const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "'": "\\'", "\\": "\\\\" };
  return `$'${word.replace(/[\x00-\x1f\x7f-\x9f'\\]/g, (char) => escapes[char] ?? byteEscapes(char))}'`;
}

/** In any locale the same bytes. */
const byteEscapes = (char: string): string => Buffer.from(char).toString("hex").replace(/../g, "\\x$&");

/** Text of a guest or a repository made safe to print: control characters become visible. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** The same, where the text has lines of its own. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");
