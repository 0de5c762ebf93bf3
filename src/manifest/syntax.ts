import { parse, TomlError } from "smol-toml";
import { quoted } from "./excerpt.ts";
import { endOfLine } from "./locate.ts";

export type SyntaxProblem = {
  readonly offset: number;
  readonly text: string;
  readonly showLine: boolean;
};
export type Table = { [key: string]: unknown };
export type Toml = { readonly value: Table } | { readonly problem: SyntaxProblem };

export function readToml(toml: string): Toml {
  try {
    return { value: parse(toml, { integersAsBigInt: "asNeeded" }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const said = error.message.replace(/^Invalid TOML document: /, "").split("\n")[0] ?? "";
    const found = offsetOf(toml, error);
    const end = toml.trimEnd().length;
    const isUnclosed =
      found >= end && (/comma|unfinished (array|table)/.test(said) || toml.slice(end, found).includes("\n"));
    const offset = isUnclosed ? end : found;
    const text = isUnclosed ? 'a "[" or "{" is not closed before the end of the file' : explain(said, toml, offset);
    return { problem: { offset, text, showLine: !mayBePrivate(toml, offset) } };
  }
}

function offsetOf(toml: string, { line, column }: TomlError): number {
  let start = 0;
  for (let passed = 1; passed < line; passed++) start = toml.indexOf("\n", start) + 1;
  return Math.min(start + column - 1, toml.length);
}

/** Our words for the parser's messages. A message of a later version passes unchanged. */
function explain(said: string, toml: string, offset: number): string {
  const isAtEnd = offset >= toml.length || /[\r\n]/.test(toml.charAt(offset));
  if (/redefine/.test(said)) return `${definedTwice(toml, offset)} is defined twice`;
  if (/control characters/.test(said)) {
    if (/strings/.test(said) && isAtEnd) return "the string has no closing quote on its line";
    return `control character ${quoted(toml.charAt(offset))} in a ${/comments/.test(said) ? "comment" : "string"}`;
  }
  if (/unfinished string/.test(said)) return "the string has no closing quote";
  if (/nested/.test(said)) return "values are nested too deeply";
  if (/end-of-line/.test(said)) return "expected the end of the line here";
  if (/comma/.test(said)) return "expected a comma or a closing bracket here";
  if (/table array/.test(said)) return 'expected "]]" here';
  if (/escape/.test(said)) return 'unknown escape in a string; write "\\\\" for a backslash, or use single quotes';
  if (/date/.test(said)) return "not a date";
  if (/invalid value|numeric/.test(said))
    return isAtEnd ? "expected a value here" : "not a value; write a string in quotes";
  if (/leading zero|underscore/.test(said)) return `not a number: ${said}`;
  if (/key/.test(said)) return explainKey(said, toml, offset, isAtEnd);
  return said;
}

function explainKey(said: string, toml: string, offset: number, isAtEnd: boolean): string {
  const line = toml.slice(toml.lastIndexOf("\n", offset - 1) + 1, offset);
  if (isAtEnd && /^[ \t]*\[/.test(line)) return 'expected "]" at the end of the table\'s name';
  if (isAtEnd || /incomplete/.test(said)) return 'expected "=" after the key';
  if (/unexpected end|empty/.test(said)) return `expected a key before ${quoted(toml.charAt(offset))}`;
  return "this character is not part of a key: only letters, digits, _ and - stand there without quotes";
}

function definedTwice(toml: string, offset: number): string {
  const [word = ""] =
    /^(?:"[^"\n]{0,80}"|'[^'\n]{0,80}'|[A-Za-z0-9_.-]){1,80}/.exec(toml.slice(offset, offset + 100)) ?? [];
  return word === "" ? "the key" : quoted(word.replace(/["']/g, ""));
}

/** Text that cannot be parsed may be a variable's value and so a secret; then the message shows no line. */
function mayBePrivate(toml: string, offset: number): boolean {
  const before = toml.slice(0, endOfLine(toml, offset));
  const env = Math.max(before.lastIndexOf("env"), before.lastIndexOf("secrets"));
  const isAfterEnv = env !== -1 && !/^[ \t]*\[\[?[ \t]*(?:bottle|mounts|network|agents)\b/m.test(before.slice(env));
  return isAfterEnv || before.slice(before.lastIndexOf("\n") + 1).includes("{");
}
