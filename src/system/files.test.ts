import { afterEach, beforeEach, expect, test } from "bun:test";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { kindOf, readText, writePrivate, writeText } from "./files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/files-`);
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ["writeText", writeText],
  ["writePrivate", writePrivate],
])("%s writes through no link, neither in place of the file nor of what becomes it", (_, write) => {
  writeFileSync(`${folder}/kept`, "kept");
  for (const name of ["file", `file.new-${process.pid}`]) symlinkSync("kept", `${folder}/${name}`);
  write(`${folder}/file`, "new");
  expect([readFileSync(`${folder}/kept`, "utf8"), readFileSync(`${folder}/file`, "utf8")]).toEqual(["kept", "new"]);
  expect(lstatSync(`${folder}/file`).isFile()).toBe(true);
});

test("a file that is said to be empty by a link to /dev/null is so, and no other device is read", () => {
  symlinkSync("/dev/null", `${folder}/null`);
  symlinkSync("/dev/zero", `${folder}/zero`);
  expect(readText(`${folder}/null`)).toBe("");
  expect(() => readText(`${folder}/zero`)).toThrow("it is no file");
  Bun.spawnSync(["mkfifo", `${folder}/pipe`]);
  expect([`${folder}/pipe`, "/dev/null", folder].map(kindOf)).toEqual(["pipe", "device", "folder"]);
});
