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

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/tree-`);
  for (const name of ["from/d", "to", "outside"]) mkdirSync(`${folder}/${name}`, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const place = (...names: string[]) => placeThings(`${folder}/from`, `${folder}/to`, names);

test("things are placed with their rights, a read-only folder with what is in it", () => {
  writeFileSync(`${folder}/from/d/x`, "x", { mode: 0o750 });
  symlinkSync("/etc/passwd", `${folder}/from/link`);
  chmodSync(`${folder}/from/d`, 0o555);
  expect(place("d", "d/x", "link")).toEqual([]);
  expect([lstatSync(`${folder}/to/d`).mode & 0o777, lstatSync(`${folder}/to/d/x`).mode & 0o777]).toEqual([
    0o555, 0o750,
  ]);
  expect(lstatSync(`${folder}/to/link`).isSymbolicLink()).toBe(true);
  expect(["d/x", "link"].every((name) => isSameThing(`${folder}/from`, `${folder}/to`, name))).toBe(true);
});

test("nothing is placed or removed through a link", () => {
  writeFileSync(`${folder}/from/d/x`, "hostile");
  writeFileSync(`${folder}/outside/y`, "kept");
  symlinkSync(`${folder}/outside`, `${folder}/to/d`);
  expect(place("d", "d/x")).toEqual(["d", "d/x"]);
  removeThing(`${folder}/to`, "d/y");
  expect([existsSync(`${folder}/outside/x`), readFileSync(`${folder}/outside/y`, "utf8")]).toEqual([false, "kept"]);
});

test("a link in place of a file, or of what becomes one, is replaced, not followed", () => {
  writeFileSync(`${folder}/from/x`, "new");
  writeFileSync(`${folder}/outside/x`, "kept");
  symlinkSync(`${folder}/outside/x`, `${folder}/to/x`);
  symlinkSync(`${folder}/outside/x`, `${folder}/to/x.new-${process.pid}`);
  expect(place("x")).toEqual([]);
  expect([readFileSync(`${folder}/to/x`, "utf8"), readFileSync(`${folder}/outside/x`, "utf8")]).toEqual([
    "new",
    "kept",
  ]);
});
