import { median } from "./pairs.ts";
import { format, type Row } from "./row.ts";

/** One program's rows, from that many rounds. */
export type Measure = (rounds: number) => Promise<Row[]>;

/** Rows of another revision, by what they measure. */
export type Before = ReadonlyMap<string, Row>;

const turns = 4;

/**
 * Measures both programs in turn, a part of the rounds each time, so that a busy moment of the machine hits both. A row is the median of its turns. What the
 * other revision cannot do has no row of its own.
 */
export async function inTurns(rounds: number, ours: Measure, other: Measure): Promise<{ rows: Row[]; before: Before }> {
  const part = Math.ceil(rounds / turns);
  const found: { ours: Row[][]; other: Row[][] } = { ours: [], other: [] };
  for (let turn = 0; turn < turns; turn += 1)
    for (const which of turn % 2 === 0 ? (["ours", "other"] as const) : (["other", "ours"] as const))
      try {
        found[which].push(await (which === "ours" ? ours : other)(part));
      } catch (error) {
        if (which === "ours") throw error;
        console.error(`the other revision: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
      }
  return { rows: middle(found.ours), before: new Map(middle(found.other).map((row) => [nameOf(row), row])) };
}

/** Of a name that holds a figure, what is before it. */
const nameOf = ({ what }: Row): string => what.split(", ")[0] ?? what;

/** Of each row, the turn whose value is nearest to the median. */
function middle(turns: readonly Row[][]): Row[] {
  return (turns[0] ?? []).map((first, index) => {
    const all = turns.flatMap((rows) => rows[index] ?? []);
    const value = median(all.map(({ value = NaN }) => value));
    const distance = ({ value: own = NaN }: Row) => Math.abs(own - value);
    return all.toSorted((one, two) => distance(one) - distance(two))[0] ?? first;
  });
}

/** "+12.1 ms, now 0.45x": the other revision's result, and ours as a part of it. */
export function beforeText(row: Row, before: Before): string {
  const other = before.get(nameOf(row));
  if (other?.value === undefined) return "-";
  const part = row.value === undefined || other.value <= 0 ? "" : `, now ${(row.value / other.value).toFixed(2)}x`;
  return format(other) + part;
}
