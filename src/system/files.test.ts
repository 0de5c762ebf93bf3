import { afterEach, beforeEach, expect, test } from "bun:test";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { kindOf, readText, writePrivate, writeText } from "./files.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/files-`);
});
afterEach(() => rmSync(directory, { recursive: true }));

test.each([
  ["writeText", writeText],
  ["writePrivate", writePrivate],
])("%s writes through no link, neither in place of the file nor of what becomes it", (_, write) => {
  writeFileSync(`${directory}/kept`, "kept");
  for (const name of ["file", `file.new-${process.pid}`]) symlinkSync("kept", `${directory}/${name}`);
  write(`${directory}/file`, "new");
  expect([readFileSync(`${directory}/kept`, "utf8"), readFileSync(`${directory}/file`, "utf8")]).toEqual([
    "kept",
    "new",
  ]);
  expect(lstatSync(`${directory}/file`).isFile()).toBe(true);
});

test("a file that is said to be empty by a link to /dev/null is so, and no other device is read", () => {
  symlinkSync("/dev/null", `${directory}/null`);
  symlinkSync("/dev/zero", `${directory}/zero`);
  expect(readText(`${directory}/null`)).toBe("");
  expect(() => readText(`${directory}/zero`)).toThrow("it is no file");
  Bun.spawnSync(["mkfifo", `${directory}/pipe`]);
  expect([`${directory}/pipe`, "/dev/null", directory].map(kindOf)).toEqual(["pipe", "device", "directory"]);
});
