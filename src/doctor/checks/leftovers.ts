import { count } from "../../lib/count.ts";
import { findLeftovers } from "../../inventory/leftovers.ts";
import type { Facts } from "../facts.ts";
import { manualFix, safeFix, ok, type Finding } from "../finding.ts";

export async function checkLeftovers({ system }: Facts): Promise<Finding[]> {
  const id = "leftovers";
  const found = await findLeftovers(system);
  if (found.length === 0) return [ok(id, "none")];
  const kinds = Map.groupBy(found, ({ kind }) => kind);
  const counts = [...kinds].map(([kind, { length }]) => count(length, kind));
  const losesNothing = found.every(({ kind }) => kind === "link" || kind === "lock" || kind === "record");
  return [
    {
      id,
      level: "note",
      what: `${counts.join(", ")} left over`,
      why: "leftovers use disk space and clutter listings",
      fix: losesNothing ? safeFix("claude-bottle", "gc", "--yes") : manualFix("claude-bottle gc"),
    },
  ];
}
