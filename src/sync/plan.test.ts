import { expect, test } from "bun:test";
import { planSync, type Steps } from "./plan.ts";

const file = (version: number) => `file 644 ${version} ${version}`;
const directory = "directory 755";

/** Each thing by its state before, on the host and in the bottle; "-" is nothing there. */
function plan(things: Record<string, [before: string, host: string, bottle: string]>): Steps {
  const tree = (side: 0 | 1 | 2) =>
    new Map(
      Object.entries(things).flatMap(([name, states]) => (states[side] === "-" ? [] : [[name, states[side]] as const])),
    );
  const baseline = new Map([...tree(0)].map(([name, state]) => [name, { host: state, bottle: state }]));
  return planSync(baseline, { host: tree(1), bottle: tree(2) });
}

const nothing = { host: { remove: [], put: [] }, bottle: { remove: [], put: [] }, onBoth: [], special: [] };
const [one, two, three] = [file(1), file(2), file(3)];

test.each<[string, Parameters<typeof plan>[0], Partial<Steps>]>([
  ["nothing changed", { a: [one, one, one], d: [directory, directory, directory] }, {}],
  ["changed here", { a: [one, two, one] }, { bottle: { remove: [], put: ["a"] } }],
  ["changed in the bottle", { a: [one, one, two] }, { host: { remove: [], put: ["a"] } }],
  ["new here, parents first", { "d/a": ["-", one, "-"], d: ["-", directory, "-"] }, { bottle: { remove: [], put: ["d", "d/a"] } }],
  ["removed here", { a: [one, "-", one] }, { bottle: { remove: ["a"], put: [] } }],
  ["removed in the bottle", { a: [one, one, "-"] }, { host: { remove: ["a"], put: [] } }],
  ["removed on both", { a: [one, "-", "-"] }, {}],
  ["changed on both", { a: [one, two, three] }, { onBoth: ["a"] }],
  ["changed here, removed there", { a: [one, two, "-"] }, { onBoth: ["a"] }],
  ["a directory made on both", { d: ["-", directory, "directory 700"] }, {}],
  ["a file that became a directory", { a: [one, one, directory], "a/b": ["-", "-", one] }, { host: { remove: ["a"], put: ["a", "a/b"] } }],
  ["a socket", { s: ["-", "special 755 0 1", "-"] }, { special: ["s"] }],
  ["an index that was only looked at here", { ".git/index": [one, two, three], ".git/HEAD": [one, one, two] }, { host: { remove: [], put: [".git/HEAD", ".git/index"] } }],
  ["an index that was only looked at there", { ".git/index": [one, two, three], ".git/HEAD": [one, two, one] }, { bottle: { remove: [], put: [".git/HEAD", ".git/index"] } }],
  ["a commit on both", { ".git/index": [one, two, three], ".git/HEAD": [one, two, three] }, { onBoth: [".git/HEAD", ".git/index"] }],
])("%s", (_, things, steps) => expect(plan(things)).toEqual({ ...nothing, ...steps })); // prettier-ignore
