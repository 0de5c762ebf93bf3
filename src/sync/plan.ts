import { inOrder, isDirectoryState, isSpecialState, type Tree } from "../lib/tree-state.ts";

export type Side = "host" | "bottle";

/** The state of an entry on each side while both held the same. */
export type Pair = Readonly<Record<Side, string>>;
/** The common state of both sides after the last sync. */
export type Baseline = ReadonlyMap<string, Pair>;

/** What to remove from a side, then what to copy to it: a file may have become a directory. Parents first. */
type Work = { readonly remove: string[]; readonly put: string[] };

export type Steps = Readonly<Record<Side, Work>> & {
  /** Changed on both sides, possibly in the same way. */
  readonly onBoth: string[];
  /** Entries that cannot be copied. */
  readonly special: string[];
};

const other = { host: "bottle", bottle: "host" } as const;

/** Carries each change to the other side. */
export function planSync(baseline: Baseline, trees: Readonly<Record<Side, Tree>>): Steps {
  const steps: Steps = { host: { remove: [], put: [] }, bottle: { remove: [], put: [] }, onBoth: [], special: [] };
  for (const name of inOrder(new Set([...trees.host.keys(), ...trees.bottle.keys()]))) {
    const before = baseline.get(name);
    const states = [trees.host.get(name), trees.bottle.get(name)] as const;
    const [changedHere, changedThere] = [states[0] !== before?.host, states[1] !== before?.bottle];
    if (states.some(isSpecialState)) steps.special.push(name);
    else if (changedHere && changedThere) {
      if (!states.every(isDirectoryState)) steps.onBoth.push(name);
    } else if (changedHere) carry(steps, trees, name, "host");
    else if (changedThere) carry(steps, trees, name, "bottle");
  }
  settleIndex(steps, trees);
  return steps;
}

/** Copies one side's entry to the other. */
export function carry(steps: Steps, trees: Readonly<Record<Side, Tree>>, name: string, from: Side): void {
  const [wanted, present] = [trees[from].get(name), trees[other[from]].get(name)];
  const { remove, put } = steps[other[from]];
  if (present !== undefined && (wanted === undefined || isDirectoryState(wanted) !== isDirectoryState(present)))
    remove.push(name);
  if (wanted !== undefined) put.push(name);
}

const index = ".git/index";

/** git rewrites its index even when it only reads. If a side's repository is otherwise unchanged, its index has no changes of its own. */
function settleIndex(steps: Steps, trees: Readonly<Record<Side, Tree>>): void {
  const isOfRepository = (name: string) => name.startsWith(".git/") && name !== index;
  const position = steps.onBoth.indexOf(index);
  if (position < 0 || steps.onBoth.some(isOfRepository)) return;
  const quiet = (["host", "bottle"] as const).find((side) => {
    const { remove, put } = steps[other[side]];
    return ![...remove, ...put].some(isOfRepository);
  });
  if (quiet === undefined) return;
  steps.onBoth.splice(position, 1);
  carry(steps, trees, index, other[quiet]);
}
