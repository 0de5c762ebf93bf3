/** What we write into a configuration stands between two marks. The first one says what was there before. */
const pattern = /^# >>> claude-bottle(?: \((new file|line ended)\))? >>>\n[^]*?^# <<< claude-bottle <<<\n/m;

type Note = "new file" | "line ended" | undefined;

const block = (lines: readonly string[], note: Note): string =>
  [`# >>> claude-bottle${note ? ` (${note})` : ""} >>>`, ...lines, "# <<< claude-bottle <<<", ""].join("\n");

/** Oh my tmux! runs everything below this line as a shell script. */
const script = /^(?:# # .*\n)?# EOF\n/m;

/** The text with these lines between our marks, replacing earlier ones. `undefined` means that there is no file. */
export function withBlock(text: string | undefined, lines: readonly string[]): string {
  const found = text === undefined ? null : pattern.exec(text);
  if (text !== undefined && found)
    return text.slice(0, found.index) + block(lines, found[1] as Note) + text.slice(found.index + found[0].length);
  if (text === undefined) return block(lines, "new file");
  const end = text.search(script);
  if (end > 0) return text.slice(0, end) + block(lines, undefined) + text.slice(end);
  return text === "" || text.endsWith("\n") ? text + block(lines, undefined) : `${text}\n${block(lines, "line ended")}`;
}

/** The text as it was before; undefined if we created the file. */
export function withoutBlock(text: string): string | undefined {
  const found = pattern.exec(text);
  if (!found) return text;
  const after = text.slice(found.index + found[0].length);
  const before = text.slice(0, found.index);
  if (found[1] === "line ended" && after === "") return before.slice(0, -1);
  return found[1] === "new file" && before + after === "" ? undefined : before + after;
}

/** The lines that install wrote into that text. */
export const ownLines = (text: string | undefined): string[] => (pattern.exec(text ?? "")?.[0] ?? "").split("\n");

/** Whether install wrote into that text. */
export const hasBlock = (text: string): boolean => pattern.test(text);

/** If a mark was moved or removed, the marks no longer show which lines are ours. */
export function hasBrokenBlock(text: string): boolean {
  const rest = text.replace(pattern, (block) => (/[^]# >>> claude-bottle/.test(block) ? block : ""));
  return /^[ \t]*# (>>> claude-bottle\b.*>>>|<<< claude-bottle <<<)\s*$/m.test(rest);
}

/** The removed and added lines of a change, in the style of diff. */
export function renderChange(file: string, before = "", after = ""): string {
  const [old, now] = [before, after].map((text) => text.split("\n")) as [string[], string[]];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const taken = old.slice(start, old.length - end).map((line) => `-${line}\n`);
  const given = now.slice(start, now.length - end).map((line) => `+${line}\n`);
  return `${file}, line ${start + 1}:\n${[...taken, ...given].join("")}`;
}
