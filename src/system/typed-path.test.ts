import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { placeOf } from "./typed-path.ts";

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(`${tmpdir()}/typed-`));
  for (const name of ["data/project/d", "mine"]) mkdirSync(`${root}/${name}`, { recursive: true });
  writeFileSync(`${root}/mine/file`, "");
  symlinkSync("data/project", `${root}/work`);
  symlinkSync(`${root}/mine`, `${root}/data/project/planted`);
  symlinkSync("../mine/file", `${root}/data/link`);
  symlinkSync("loop", `${root}/loop`);
});
afterAll(() => rmSync(root, { recursive: true }));

const place = (typed: string, cwd = `${root}/data/project`) => {
  const { directory, name } = placeOf(typed.replace(/^ROOT/, root), cwd, [`${root}/data/project`]);
  return `${directory.replace(root, "ROOT")} ${name}`;
};

test.each([
  ["a file of the project", "d/file", "ROOT/data/project/d file"],
  ["the project itself", ".", "ROOT/data project"],
  ["its parent", "..", "ROOT data"],
  ["up and down", "d/../../link", "ROOT/data link"],
  ["one's own link on the way", "ROOT/work/d/", "ROOT/data/project d"],
  ["one's own link at the end", "ROOT/work", "ROOT work"],
  ["one's own link, entered", "ROOT/work/", "ROOT/data project"],
  ["a link in the project, as itself", "planted", "ROOT/data/project planted"],
  ["what is not there", "new/", "ROOT/data/project new"],
  ["the root", "/", "/ "],
])("%s", (_, typed, expected) => expect(place(typed)).toBe(expected));

test.each(["planted/", "planted/.", "planted/file", "ROOT/work/planted/file", "d/../planted/file"])(
  "%s leads through a link of a bottle, and is refused",
  (typed) => expect(() => place(typed)).toThrow('/data/project/planted" is a symlink, and a bottle may have put it there'),
); // prettier-ignore

test("a loop of links has an end", () => expect(() => place("ROOT/loop/x")).toThrow("too many symlinks"));
