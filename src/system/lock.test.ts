import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { realSystem } from "./real.ts";
import { removeLock, withLock } from "./lock.ts";

let directory: string;
beforeEach(() => void (directory = mkdtempSync(`${tmpdir()}/lock-`)));
afterEach(() => rmSync(directory, { recursive: true }));
const system = () => realSystem({ HOME: directory, XDG_STATE_HOME: directory });

test("the second waits for the first, says so once, and the order is kept", async () => {
  const order: string[] = [];
  const release = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const options = { signal: new AbortController().signal, onWait: () => void (order.push("waits"), release.resolve()) };
  const first = withLock(system(), "cb-a", options, async () => {
    entered.resolve();
    await release.promise;
    order.push("first");
  });
  await entered.promise;
  await withLock(system(), "cb-a", options, async () => void order.push("second"));
  await first;
  expect(order).toEqual(["waits", "first", "second"]);
});

test("another bottle's lock is free", async () => {
  const options = { signal: new AbortController().signal, onWait: () => expect.unreachable() };
  expect(await withLock(system(), "cb-a", options, () => withLock(system(), "cb-b", options, async () => 7))).toBe(7);
});

test("waiting ends with the signal, and the lock of a failed holder is free", async () => {
  const controller = new AbortController();
  const options = { signal: controller.signal, onWait: () => controller.abort(new Error("interrupted")) };
  const held = withLock(system(), "cb-a", options, async () => {
    await expect(withLock(system(), "cb-a", options, async () => 1)).rejects.toThrow("interrupted");
    throw new Error("the holder failed");
  });
  await expect(held).rejects.toThrow("the holder failed");
  expect(await withLock(system(), "cb-a", { ...options, signal: new AbortController().signal }, async () => 2)).toBe(2);
});

test("a file that is no lock is named, and what to do with it", async () => {
  const file = `${directory}/claude-bottle/locks/cb-a.db`;
  mkdirSync(`${directory}/claude-bottle/locks`, { recursive: true });
  writeFileSync(file, "no database at all\n".repeat(100));
  const options = { signal: new AbortController().signal, onWait: () => expect.unreachable() };
  await expect(withLock(system(), "cb-a", options, async () => 1)).rejects.toMatchObject({
    message: `the lock "${file}" is damaged`,
    hint: `it holds no data: rm ${file}`,
  });
});

test("a file that was removed and made again while a process waited has one holder at a time", async () => {
  const signal = new AbortController().signal;
  const waits = Promise.withResolvers<void>();
  let holders = 0;
  const hold = async () => {
    holders += 1;
    expect(holders).toBe(1);
    await Bun.sleep(150);
    holders -= 1;
  };
  const second: Promise<void>[] = [];
  await withLock(system(), "cb-a", { signal, onWait: () => {} }, async (held) => {
    second.push(withLock(system(), "cb-a", { signal, onWait: waits.resolve }, hold));
    await waits.promise;
    held.discard();
  });
  // The file is gone; this one makes it again while the other still waits at the old one.
  second.push(withLock(system(), "cb-a", { signal, onWait: () => {} }, hold));
  await Promise.all(second);
  expect(removeLock(system(), "cb-a")).toBe(true);
});
