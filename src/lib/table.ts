/** Rows as aligned columns, two spaces apart, without trailing spaces. Widths are those that a terminal shows. */
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

/** Two columns, the second wrapped to `width`. An entry too wide for the first column gets a line of its own. */
export function wrappedTable(
  rows: readonly (readonly [string, string])[],
  { indent, width }: { readonly indent: number; readonly width: number },
): string {
  const widest = Math.max(
    0,
    ...rows.map(([first]) => Bun.stringWidth(first)).filter((columns) => columns <= widestFirst),
  );
  const gap = indent + widest + 2;
  return rows
    .map(([first, second]) => {
      const lines = Bun.wrapAnsi(second, Math.max(20, width - gap)).split("\n");
      const start = " ".repeat(indent) + first;
      const space = gap - Bun.stringWidth(start);
      const lead = space >= 2 ? start + " ".repeat(space) : `${start}\n${" ".repeat(gap)}`;
      return `${lead}${lines.join(`\n${" ".repeat(gap)}`)}\n`;
    })
    .join("");
}

const widestFirst = 30;
