import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { withDirectoryLock } from "./directory-lock.ts";

let directory: string;
let lock: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/lock-`);
  lock = `${directory}/x.lock`;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const options = { staleMs: 10_000, waitMs: 5_000 };
const long = new Date(Date.now() - 60_000);

test("of many that see a stale lock, one at a time works", async () => {
  mkdirSync(lock);
  utimesSync(lock, long, long);
  const script = `import { withDirectoryLock } from ${JSON.stringify(`${import.meta.dir}/directory-lock.ts`)};
    import { mkdirSync, rmdirSync } from "node:fs";
    for (let time = 0; time < 5; time++)
      await withDirectoryLock([${JSON.stringify(lock)}], { staleMs: 10000, waitMs: 20000 }, async () => {
        mkdirSync(${JSON.stringify(`${directory}/working`)});
        await Bun.sleep(5);
        rmdirSync(${JSON.stringify(`${directory}/working`)});
      });`;
  const all = Array.from({ length: 4 }, () => Bun.spawn([process.execPath, "-e", script], { stderr: "inherit" }));
  expect(await Promise.all(all.map(({ exited }) => exited))).toEqual([0, 0, 0, 0]);
  expect(readdirSync(directory)).toEqual([]);
}, 60_000);

test("a lock that another one took meanwhile, as after a long sleep, is not released", async () => {
  await withDirectoryLock([lock], options, async () => {
    rmdirSync(lock);
    mkdirSync(lock);
    utimesSync(lock, long, new Date(Date.now() + 5000));
  });
  expect(existsSync(lock)).toBe(true);
});

test("one that is held is waited for, and given up", async () => {
  mkdirSync(lock);
  expect(await withDirectoryLock([lock], { ...options, waitMs: 50 }, async () => 1)).toBeUndefined();
  expect(existsSync(lock)).toBe(true);
});

test.skipIf(process.getuid?.() === 0)("a directory that may not be written to is told", async () => {
  chmodSync(directory, 0o500);
  expect(withDirectoryLock([lock], options, async () => 1)).rejects.toThrow("permission denied");
});

test("a directory that is not there is told", () =>
  expect(withDirectoryLock([`${directory}/none/x.lock`], options, async () => 1)).rejects.toThrow("it does not exist"));
