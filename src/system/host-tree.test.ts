import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { HeldDirectory } from "./held-directory.ts";
import { isSameThing, placeThings, treeStamp } from "./host-tree.ts";

let directory: string;
let from: HeldDirectory;
let to: HeldDirectory;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(`${tmpdir()}/tree-`));
  for (const name of ["from/d", "to", "outside"]) mkdirSync(`${directory}/${name}`, { recursive: true });
  from = HeldDirectory.open(`${directory}/from`);
  to = HeldDirectory.open(`${directory}/to`);
});
afterEach(() => {
  from[Symbol.dispose]();
  to[Symbol.dispose]();
  // An ordinary user cannot empty a read-only directory.
  Bun.spawnSync(["chmod", "-R", "u+w", directory]);
  rmSync(directory, { recursive: true });
});

const place = (...names: string[]) => placeThings(from, to, names);

test("things are placed with their rights, a read-only directory with what is in it", async () => {
  writeFileSync(`${directory}/from/d/x`, "x", { mode: 0o750 });
  symlinkSync("/etc/passwd", `${directory}/from/link`);
  chmodSync(`${directory}/from/d`, 0o555);
  expect(await place("d", "d/x", "link")).toEqual([]);
  expect([lstatSync(`${directory}/to/d`).mode & 0o777, lstatSync(`${directory}/to/d/x`).mode & 0o777]).toEqual([
    0o555, 0o750,
  ]);
  expect(lstatSync(`${directory}/to/link`).isSymbolicLink()).toBe(true);
});

test("nothing is placed or removed through a link", async () => {
  writeFileSync(`${directory}/from/d/x`, "hostile");
  writeFileSync(`${directory}/outside/y`, "kept");
  symlinkSync(`${directory}/outside`, `${directory}/to/d`);
  expect(await place("d", "d/x")).toEqual(["d", "d/x"]);
  to.remove("d/y");
  expect([existsSync(`${directory}/outside/x`), readFileSync(`${directory}/outside/y`, "utf8")]).toEqual([
    false,
    "kept",
  ]);
});

test("a link in place of a file, or of what becomes one, is replaced, not followed", async () => {
  writeFileSync(`${directory}/from/x`, "new");
  writeFileSync(`${directory}/outside/x`, "kept");
  symlinkSync(`${directory}/outside/x`, `${directory}/to/x`);
  expect(await place("x")).toEqual([]);
  expect([readFileSync(`${directory}/to/x`, "utf8"), readFileSync(`${directory}/outside/x`, "utf8")]).toEqual([
    "new",
    "kept",
  ]);
});

test.each([
  ["the same content", "text", 0o644, "text", 0o644, true],
  ["other content of the same length", "text", 0o644, "Text", 0o644, false],
  ["another length", "text", 0o644, "texts", 0o644, false],
  ["other rights", "text", 0o644, "text", 0o755, false],
])("two files with %s", (_, one, mode, other, otherMode, same) => {
  writeFileSync(`${directory}/from/x`, one, { mode });
  writeFileSync(`${directory}/to/x`, other, { mode: otherMode });
  expect(isSameThing(from, to, "x")).toBe(same);
});

test("a stamp changes with what is there, and not with what a link leads to", () => {
  symlinkSync("/", `${directory}/from/root`);
  symlinkSync(".", `${directory}/from/d/loop`);
  symlinkSync(`${directory}/outside`, `${directory}/from/d/out`);
  const stamp = () => treeStamp(`${directory}/from`);
  const first = stamp();
  writeFileSync(`${directory}/outside/new`, "text");
  expect(stamp()).toBe(first);
  writeFileSync(`${directory}/from/d/new`, "text");
  expect(stamp()).not.toBe(first);
  expect(() => treeStamp(`${directory}/from/d/out/new`)).toThrow("cannot open the directory");
});
