import { expect, test } from "bun:test";
import { mergePackedRefs } from "./packed-refs.ts";

const header = "# pack-refs with: peeled fully-peeled sorted \n";
const [one, two] = ["1".repeat(40), "2".repeat(40)];
/** `name=oid`, in any order of fields; a tag has its commit on a second line. */
const list = (...refs: string[]) =>
  header +
  refs.map((ref) => ref.replace(/^(.+)=(.)$/, (_, name, digit) => `${digit.repeat(40)} refs/${name}\n`)).join("");

test.each<[string, [base: string, own: string, host: string], string | undefined]>([
  ["nothing changed", [list("heads/a=1"), list("heads/a=1"), list("heads/a=1")], undefined],
  ["a bottle deletes a branch", [list("heads/a=1", "heads/b=1"), list("heads/b=1"), list("heads/a=1", "heads/b=1")], list("heads/b=1")],
  ["a bottle deletes what has moved here since", [list("heads/a=1"), list(), list("heads/a=2")], undefined],
  ["a bottle packs its branches", [list("heads/b=1"), list("heads/a=1", "heads/b=2"), list("heads/b=1")], list("heads/a=1", "heads/b=2")],
  ["a bottle packs the first ones", ["", list("heads/a=1"), ""], list("heads/a=1")],
  ["a branch was packed here since", [list("heads/a=1"), list("heads/a=1"), list("heads/a=1", "heads/b=1")], undefined],
  ["a branch was deleted here since", [list("heads/a=1"), list("heads/a=1"), list()], undefined],
  ["a branch is in a file by itself", [list(), list("heads/loose=1"), list()], undefined],
  ["a tag keeps its second line", [list(), `${list("tags/v=1")}^${two}\n`, list("heads/a=1")], `${list("heads/a=1", "tags/v=1")}^${two}\n`],
  ["no list at all", [list("heads/a=1"), "hello\n", list("heads/a=1")], undefined],
  ["a name that leads elsewhere", [list(), `${header}${one} refs/heads/../../x\n`, list()], undefined],
  ["a name that is a command to a shell that reads it", [list(), `${header}${one} refs/heads/a b\n`, list()], undefined],
])("%s", (_, [base, own, host], merged) =>
  expect(mergePackedRefs({ base, own, host }, (name) => name === "refs/heads/loose")).toBe(merged)); // prettier-ignore
