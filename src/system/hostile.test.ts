import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { listHostile, readHostile } from "./hostile.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(`${tmpdir()}/hostile-`);
  mkdirSync(`${root}/sessions`);
  writeFileSync(`${root}/secret`, "secret");
});
afterEach(() => rmSync(root, { recursive: true }));

const read = (path: string) => readHostile(root, path, 1_000)?.text;

test("a plain file is read, up to its limit", () => {
  writeFileSync(`${root}/sessions/1.json`, "{}");
  expect(read("sessions/1.json")).toBe("{}");
  writeFileSync(`${root}/sessions/1.json`, "x".repeat(1_001));
  expect(read("sessions/1.json")).toBeUndefined();
  truncateSync(`${root}/sessions/1.json`, 10 ** 11);
  expect(read("sessions/1.json")).toBeUndefined();
});

test("no link is followed, and nothing is waited for", () => {
  symlinkSync(`${root}/secret`, `${root}/sessions/link`);
  symlinkSync(root, `${root}/elsewhere`);
  mkdirSync(`${root}/sessions/directory`);
  Bun.spawnSync(["mkfifo", `${root}/sessions/pipe`]);
  for (const path of [
    "sessions/link",
    "elsewhere/secret",
    "sessions/directory",
    "sessions/pipe",
    "sessions/none",
    "none/none",
  ])
    expect([path, read(path)]).toEqual([path, undefined]);
  expect(listHostile(root, "elsewhere", 10)).toEqual([]);
  expect(listHostile(root, "none", 10)).toEqual([]);
  expect(listHostile(root, "secret", 10)).toEqual([]);
});

test("of a directory with more names than anybody needs, a few are listed", () => {
  for (let name = 0; name < 50; name += 1) writeFileSync(`${root}/sessions/${name}`, "");
  expect(listHostile(root, "sessions", 10)).toHaveLength(10);
  expect(listHostile(root, "sessions", 100)).toHaveLength(50);
});
