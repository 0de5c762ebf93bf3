/** One line of the table. `value` is held to `bound`, which is the most that it may be; without a bound it only informs. */
export type Row = {
  readonly what: string;
  readonly ours: string;
  readonly against: string;
  readonly value: number | undefined;
  readonly unit: "x" | " ms" | " ms in all" | " calls" | " bytes" | " %";
  readonly bound: number | undefined;
  readonly over: boolean;
};

type Measured = Omit<Row, "over" | "bound"> & { readonly bound?: number | undefined };

export const row = ({ bound, ...measured }: Measured): Row => ({
  ...measured,
  bound,
  over: bound !== undefined && measured.value !== undefined && rounded(measured) > bound,
});

const digits = ({ unit }: Pick<Row, "unit">) => (unit === "x" || unit === " %" ? 2 : unit.startsWith(" ms") ? 1 : 0);
/** What is shown is what is judged. */
const rounded = ({ value = 0, unit }: Pick<Row, "value" | "unit">) => Number(value.toFixed(digits({ unit })));
const sign = ({ unit }: Pick<Row, "unit">) => (unit === " ms" ? "+" : "");

/** Its result as the table shows it. */
export const format = (line: Row): string =>
  line.value === undefined ? "-" : `${sign(line)}${line.value.toFixed(digits(line))}${line.unit}`;

/** `before`: what another revision had, for one more column. */
export function markdown(rows: readonly Row[], before?: (row: Row) => string): string {
  const cells = rows.map((line) => [
    line.what,
    line.ours,
    line.against,
    format(line) + (line.over ? " **OVER**" : ""),
    line.bound === undefined ? "-" : `${sign(line)}${line.bound}${line.unit}`,
    ...(before ? [before(line)] : []),
  ]);
  const table = [["what", "ours", "against", "result", "at most", ...(before ? ["before"] : [])], ...cells];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  const lines = table.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}

export const ms = (value: number): string => `${value.toFixed(1)} ms`;
export const mib = (kib: number): string => `${(kib / 1024).toFixed(1)} MiB`;
