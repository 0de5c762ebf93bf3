/**
 * The start of `text` that fits into `columns`, with its SGR sequences. Bun.sliceAnsi 1.4.5 keeps a whole wide character that straddles the cut, so
 * the result is measured.
 */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (Bun.stringWidth(text) <= columns) return text;
  const part = Bun.sliceAnsi(text, 0, columns);
  return Bun.stringWidth(part) <= columns ? part : Bun.sliceAnsi(text, 0, columns - 1);
}

/** The same, with an ellipsis at the end if something was cut off. */
export const shorten = (text: string, columns: number): string =>
  Bun.stringWidth(text) <= columns ? text : columns < 2 ? cut(text, columns) : `${cut(text, columns - 1)}…`;

/** Exactly `columns` wide: cut off, or filled with spaces on the right. */
export function fit(text: string, columns: number): string {
  const part = shorten(text, columns);
  return part + " ".repeat(Math.max(0, columns - Bun.stringWidth(part)));
}

/** The same, padded on the left. */
export function fitRight(text: string, columns: number): string {
  const part = shorten(text, columns);
  return " ".repeat(Math.max(0, columns - Bun.stringWidth(part))) + part;
}
