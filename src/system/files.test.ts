import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { kindOf, readFileOrNothing, readText, writePrivate, writeText } from "./files.ts";
import { readFileNoFollow } from "./held-path.ts";

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(`${tmpdir()}/files-`));
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
  expect(() => readText(`${directory}/zero`)).toThrow("it is not a regular file");
  Bun.spawnSync(["mkfifo", `${directory}/pipe`]);
  expect([`${directory}/pipe`, "/dev/null", directory].map(kindOf)).toEqual(["pipe", "device", "directory"]);
});

test.skipIf(process.platform !== "linux")(
  "a file of the kernel's is not read through a link, and no file beyond its limit",
  () => {
    symlinkSync("/proc/self/pagemap", `${directory}/pagemap`);
    symlinkSync("/sys/kernel/mm/transparent_hugepage/enabled", `${directory}/sys`);
    writeFileSync(`${directory}/sparse`, "");
    truncateSync(`${directory}/sparse`, 3_000_000_000);
    const before = process.memoryUsage.rss();
    for (const [name, why] of [
      ["pagemap", "of the kernel"],
      ["sys", "of the kernel"],
      ["sparse", "larger than 8 MiB"],
    ] as const) {
      expect(() => readText(`${directory}/${name}`)).toThrow(why);
      expect(() => readFileOrNothing(`${directory}/${name}`)).toThrow(why);
    }
    expect(() => readFileNoFollow(`${directory}/pagemap`)).toThrow("no longer a regular file");
    expect(() => readText(`${directory}/sparse`, { maxBytes: 65536 })).toThrow("larger than 64 KiB");
    expect(process.memoryUsage.rss() - before).toBeLessThan(50_000_000);
    expect(readText("/proc/self/comm")).not.toBe("");
  },
);

test("a file within its limit is read whole", () => {
  writeFileSync(`${directory}/file`, "x".repeat(200_000));
  expect(readText(`${directory}/file`, { maxBytes: 200_000 })?.length).toBe(200_000);
  expect(readText(`${directory}/nothing`)).toBeUndefined();
});
