import { findLeftovers } from "../../inventory/leftovers.ts";
import type { Facts } from "../facts.ts";
import { byHand, safely, well, type Finding } from "../finding.ts";

export async function checkLeftovers({ system }: Facts): Promise<Finding[]> {
  const id = "leftovers";
  const found = await findLeftovers(system);
  if (found.length === 0) return [well(id, "none")];
  const kinds = Map.groupBy(found, ({ kind }) => kind);
  const counts = [...kinds].map(([kind, { length }]) => `${length} ${kind}${length === 1 ? "" : "s"}`);
  const losesNothing = found.every(({ kind }) => kind === "link" || kind === "lock" || kind === "record");
  return [
    {
      id,
      level: "note",
      what: `nobody needs any more: ${counts.join(", ")}`,
      why: "they take room, and a name that is seen twice is confusing",
      fix: losesNothing ? safely("claude-bottle", "gc", "--yes") : byHand("claude-bottle gc"),
    },
  ];
}
