import { renderJson } from "../../lib/json.ts";
import { printable } from "../../lib/quote.ts";
import type { Row } from "./row.ts";

/** `about`: the versions and names that help with a bug report. */
export type Report = { readonly about: readonly (readonly [string, string])[]; readonly rows: readonly Row[] };

const marks: Readonly<Record<Row["verdict"], string>> = { good: "yes", lacks: "no", wrong: "**wrong**", unknown: "?" };

/** A Markdown table that is readable as plain text. */
export function renderReport({ about, rows }: Report): string {
  const cells = [
    ["what", "here", "well"],
    ...about.map(([what, value]) => [what, value, ""]),
    ...rows.map(({ what, result, verdict }) => [what, result, marks[verdict]]),
  ].map((row) => row.map((cell) => printable(cell).replaceAll("|", "\\|")));
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => Bun.stringWidth(row[column] ?? ""))));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(cell))).join(" | ")} |\n`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("");
}

/** For scripts: the keys never change between versions. */
export const jsonOfReport = ({ about, rows }: Report): string => renderJson({ about: Object.fromEntries(about), rows });
