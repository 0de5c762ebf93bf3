import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger, type PastSession } from "../ledger/ledger.ts";
import { shortDuration } from "../lib/duration.ts";
import { printable } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { System } from "../system/system.ts";

export type Entry = { readonly at: number; readonly what: string };

/**
 * What happened to a bottle and in it, oldest first, from the ledger and from the requests that its backend denied. `complaint`: why the backend does
 * not tell.
 */
export async function bottleHistory(
  system: System,
  { name, backend }: BottlePlan,
): Promise<{ readonly entries: readonly Entry[]; readonly complaint: string | undefined }> {
  using ledger = new Ledger(system);
  // This closes the sessions of killed processes.
  ledger.sessions(name);
  const made = ledger.bottle(name)?.madeAt;
  const own: readonly Entry[] = [
    ...(made === undefined ? [] : [{ at: made, what: "made" }]),
    ...ledger.events(name),
    ...ledger.pastSessions(name).map(sessionEntry),
  ];
  try {
    const refused = (await (await backendOf(system, backend)).denied?.(name)) ?? [];
    const denials = refused.map(({ at, target }) => ({ at: Date.parse(at), what: `denied ${printable(target)}` }));
    return { entries: inOrder([...own, ...denials]), complaint: undefined };
  } catch (error) {
    if (error instanceof UserError) return { entries: inOrder(own), complaint: error.message };
    throw error;
  }
}

function sessionEntry({ kind, directory, startedAt, endedAt, code }: PastSession): Entry {
  const outcome =
    endedAt === undefined
      ? "still there"
      : `${code === undefined ? "killed" : `status ${code}`} after ${shortDuration(endedAt - startedAt)}`;
  return { at: startedAt, what: `${kind} in ${printable(directory)}: ${outcome}` };
}

/** Identical entries in a row become one, with the last time. */
function inOrder(entries: readonly Entry[]): Entry[] {
  const runs: Entry[][] = [];
  for (const entry of entries.toSorted((one, other) => one.at - other.at)) {
    const run = runs.at(-1);
    if (run?.[0]?.what === entry.what) run.push(entry);
    else runs.push([entry]);
  }
  return runs.flatMap((run) => {
    const last = run.at(-1);
    return last ? [{ at: last.at, what: run.length > 1 ? `${last.what}, ${run.length} times` : last.what }] : [];
  });
}
