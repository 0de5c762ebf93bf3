import { cut } from "../lib/cut.ts";

/**
 * The last `count` lines that are not empty. Keeps colours and removes every other sequence, so that a session's output has no effect on the
 * terminal.
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
  const written = lines.findLastIndex((line) => Bun.stripANSI(line).trim() !== "");
  return lines.slice(Math.max(0, written + 1 - count), written + 1).map((line) => `${cut(line, columns)}${hasColour ? "\x1b[0m" : ""}`);
} // prettier-ignore

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
