/** Rows as aligned columns, two spaces between, no trailing space; widths are what a terminal shows. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, Bun.stringWidth(cell))));
  return rows
    .map(
      (row) =>
        row
          .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(cell)))
          .join("  ")
          .trimEnd() + "\n",
    )
    .join("");
}
