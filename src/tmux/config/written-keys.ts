import { dirname, resolve } from "node:path";

const deepest = 5;

/**
 * The keys of the prefix table that a configuration binds, and to what, as far as its text shows: where no server runs that could say. Follows
 * `source-file`. `read`: the text of a file, undefined if there is none.
 */
export function writtenKeys(file: string, { home, read }: { readonly home: string; readonly read: (file: string) => string | undefined }): Map<string, string> {
  const bound = new Map<string, string>();
  const visit = (path: string, depth: number): void => {
    if (depth > deepest) return;
    for (const line of (read(path) ?? "").replace(/\\\n/g, " ").split("\n").flatMap((written) => written.split(/\s\\?;\s(?=(?:un)?bind)/))) {
      const [verb = "", ...words] = wordsOf(line);
      if (/^(bind|bind-key)$/.test(verb)) bind(bound, words);
      else if (/^(unbind|unbind-key)$/.test(verb)) unbind(bound, words);
      else if (/^(source|source-file)$/.test(verb))
        for (const name of words.filter((word) => !word.startsWith("-")))
          visit(resolve(dirname(path), name.replace(/^(~|\$HOME|\$\{HOME\})(?=\/)/, home)), depth + 1);
    }
  };
  visit(file, 0);
  return bound;
} // prettier-ignore

/** Words as tmux splits them; a comment ends the line. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/#.*$|"((?:\\.|[^"\\])*)"|'([^']*)'|((?:\\.|[^\s"'\\])+)/g)].flatMap(([all, double, single, bare]) =>
    all.startsWith("#") ? [] : [single ?? (double ?? bare ?? "").replace(/\\(.)/g, "$1")],
  ); // prettier-ignore

/** The table and the words after the flags. */
function withoutFlags(words: readonly string[]): { readonly table: string; readonly rest: readonly string[]; readonly isAll: boolean } {
  let table = "prefix";
  let isAll = false;
  let at = 0;
  for (; /^-[a-zA-Z]+$/.test(words[at] ?? ""); at += 1) {
    const flags = words[at] ?? "";
    if (flags.includes("n")) table = "root";
    if (flags.includes("a")) isAll = true;
    if (/[TN]$/.test(flags)) at += 1;
    if (flags.endsWith("T")) table = words[at] ?? "";
  }
  return { table, rest: words.slice(words[at] === "--" ? at + 1 : at), isAll };
} // prettier-ignore

function bind(bound: Map<string, string>, words: readonly string[]): void {
  const { table, rest } = withoutFlags(words);
  const [key, ...command] = rest;
  if (table === "prefix" && key !== undefined) bound.set(key, command.join(" "));
}

function unbind(bound: Map<string, string>, words: readonly string[]): void {
  const { table, rest, isAll } = withoutFlags(words);
  if (table !== "prefix") return;
  if (isAll) bound.clear();
  else if (rest[0] !== undefined) bound.delete(rest[0]);
}
