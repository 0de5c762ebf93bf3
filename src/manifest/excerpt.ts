import { printable } from "../lib/quote.ts";
import { endOfLine } from "./locate.ts";

const widest = 100;

/** A part of the text that is shown as stars. */
export type Span = readonly [start: number, end: number];

export const quoted = (text: string): string => `"${printable(text.length > 60 ? `${text.slice(0, 57)}...` : text)}"`;

/** `line:column`, counted in characters from 1. */
export function position(text: string, offset: number): string {
  let line = 1;
  for (let end = text.indexOf("\n"); end !== -1 && end < offset; end = text.indexOf("\n", end + 1)) line++;
  const characters = [...text.slice(startOfLine(text, offset), offset)].length;
  return `${line}:${characters + 1}`;
}

/** The line at the offset, or the part around it if it is long, with a caret below. It ends at `cut`. Empty for a blank line. */
export function excerpt(
  text: string,
  offset: number,
  options: { hidden?: readonly Span[]; cut?: number } = {},
): string {
  const lineStart = startOfLine(text, offset);
  const newline = endOfLine(text, offset);
  const lineEnd = options.cut ?? (text.startsWith("\r\n", newline - 1) && newline > offset ? newline - 1 : newline);
  const start = Math.max(lineStart, offset - widest / 2);
  const end = Math.min(lineEnd, offset + widest);
  let shown = text.slice(start, end);
  for (const span of options.hidden ?? []) {
    const first = Math.max(span[0], start) - start;
    const last = Math.min(span[1], end) - start;
    if (first < last) shown = shown.slice(0, first) + "*".repeat(last - first) + shown.slice(last);
  }
  const before = (start > lineStart ? "..." : "") + onePlace(shown.slice(0, offset - start));
  const after = onePlace(shown.slice(offset - start)).trimEnd();
  const line = before + after + (end < lineEnd ? "..." : options.cut !== undefined ? " ..." : "");
  return line.trim() === "" ? "" : `\n  ${line.trimEnd()}\n  ${" ".repeat(Bun.stringWidth(before))}^`;
}

const startOfLine = (text: string, offset: number): number =>
  offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;

/** Replaces each unusual character with one of width 1, so that the caret points to the right place. */
const onePlace = (text: string): string =>
  text.replaceAll("\t", " ").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "\ufffd");
