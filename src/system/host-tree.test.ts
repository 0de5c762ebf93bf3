import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { isSameThing, placeThings, removeThing } from "./host-tree.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/tree-`);
  for (const name of ["from/d", "to", "outside"]) mkdirSync(`${directory}/${name}`, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true }));

const place = (...names: string[]) => placeThings(`${directory}/from`, `${directory}/to`, names);

test("things are placed with their rights, a read-only directory with what is in it", () => {
  writeFileSync(`${directory}/from/d/x`, "x", { mode: 0o750 });
  symlinkSync("/etc/passwd", `${directory}/from/link`);
  chmodSync(`${directory}/from/d`, 0o555);
  expect(place("d", "d/x", "link")).toEqual([]);
  expect([lstatSync(`${directory}/to/d`).mode & 0o777, lstatSync(`${directory}/to/d/x`).mode & 0o777]).toEqual([
    0o555, 0o750,
  ]);
  expect(lstatSync(`${directory}/to/link`).isSymbolicLink()).toBe(true);
  expect(["d/x", "link"].every((name) => isSameThing(`${directory}/from`, `${directory}/to`, name))).toBe(true);
});

test("nothing is placed or removed through a link", () => {
  writeFileSync(`${directory}/from/d/x`, "hostile");
  writeFileSync(`${directory}/outside/y`, "kept");
  symlinkSync(`${directory}/outside`, `${directory}/to/d`);
  expect(place("d", "d/x")).toEqual(["d", "d/x"]);
  removeThing(`${directory}/to`, "d/y");
  expect([existsSync(`${directory}/outside/x`), readFileSync(`${directory}/outside/y`, "utf8")]).toEqual([
    false,
    "kept",
  ]);
});

test("a link in place of a file, or of what becomes one, is replaced, not followed", () => {
  writeFileSync(`${directory}/from/x`, "new");
  writeFileSync(`${directory}/outside/x`, "kept");
  symlinkSync(`${directory}/outside/x`, `${directory}/to/x`);
  symlinkSync(`${directory}/outside/x`, `${directory}/to/x.new-${process.pid}`);
  expect(place("x")).toEqual([]);
  expect([readFileSync(`${directory}/to/x`, "utf8"), readFileSync(`${directory}/outside/x`, "utf8")]).toEqual([
    "new",
    "kept",
  ]);
});
