import { cut } from "../lib/cut.ts";

/**
 * The last `count` lines. Consecutive empty lines become one, because Claude Code leaves the middle of its screen empty. Keeps colours and
 * removes every other sequence, so that a session's output has no effect on the terminal.
 */
export function previewLines(screen: string, { count, columns, hasColour }: PreviewOptions): string[] {
  let style = "";
  const lines = screen.split("\n").map((raw) => {
    const clean = raw.replace(sequences, (sequence) => (hasColour && /^\x1b\[[\d;:]*m$/.test(sequence) ? sequence : "")).replace(controls, "");
    // In tmux's output a colour can continue on the next line.
    const line = style + clean;
    style = styleAfter(line);
    return line;
  });
  const dense = lines.filter((line, at) => !isEmpty(line) || !isEmpty(lines[at - 1] ?? ""));
  const end = dense.findLastIndex((line) => !isEmpty(line)) + 1;
  const shown = dense.slice(Math.max(0, end - count), end);
  return shown.map((line) => `${cut(line, columns)}${hasColour ? "\x1b[0m" : ""}`);
} // prettier-ignore

const isEmpty = (line: string): boolean => Bun.stripANSI(line).trim() === "";

export type PreviewOptions = { readonly count: number; readonly columns: number; readonly hasColour: boolean };

const sequences =
  /\x1b(?:\[[\x20-\x3f]*[\x40-\x7e]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[()*+][\x20-\x7e]|[\x20-\x7e])/g;
const controls = /[\x00-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[[\d;:]*m)/g;

/** The colours in effect at the end of the line. */
function styleAfter(line: string): string {
  const all = [...line.matchAll(/\x1b\[([\d;:]*)m/g)];
  const reset = all.findLastIndex(([, codes = ""]) => codes === "" || codes === "0");
  return all
    .slice(reset + 1)
    .map(([sequence]) => sequence)
    .join("");
}
