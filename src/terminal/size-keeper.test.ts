import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { SizeKeeper } from "./size-keeper.ts";
import type { Size } from "./size.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A terminal, a guest that is told of it, and each exec as a line; `answer` ends the one under way. */
class Stage {
  size: Size | undefined = [30, 100];
  readonly execs: string[] = [];
  #answer: ((result: "native" | "asserted" | "gone") => void) | undefined;
  readonly keeper = new SizeKeeper({
    known: [30, 100],
    read: () => this.size,
    settle: (size, { wait }) => {
      this.execs.push(`${size[0]}x${size[1]}${wait ? " after a wait" : ""}`);
      return new Promise((resolve) => (this.#answer = resolve));
    },
  });

  resize(rows: number, columns: number): void {
    this.size = [rows, columns];
    this.keeper.changed();
  }

  async answer(result: "native" | "asserted" | "gone"): Promise<void> {
    this.#answer?.(result);
    this.#answer = undefined;
    await this.pass(0);
  }

  async pass(ms: number): Promise<void> {
    jest.advanceTimersByTime(ms);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

test("a terminal that never changes costs no exec", async () => {
  const stage = new Stage();
  stage.keeper.start();
  await stage.pass(10_000);
  expect(stage.execs).toEqual([]);
});

test("the native way is verified once, after the first change, and then trusted", async () => {
  const stage = new Stage();
  stage.resize(40, 90);
  await stage.pass(299);
  expect(stage.execs).toEqual([]);
  await stage.pass(1);
  await stage.answer("native");
  for (const rows of [20, 21, 22]) {
    stage.resize(rows, 90);
    await stage.pass(10_000);
  }
  expect(stage.execs).toEqual(["40x90 after a wait"]);
});

test("a size that came with the client's start proves nothing", async () => {
  const stage = new Stage();
  stage.size = [40, 90];
  stage.keeper.start();
  await stage.pass(300);
  await stage.answer("native");
  stage.resize(50, 90);
  await stage.pass(300);
  await stage.answer("asserted");
  expect(stage.execs).toEqual(["40x90 after a wait", "50x90 after a wait"]);
});

test("without a native way each later size is asserted at once, and only when it differs", async () => {
  const stage = new Stage();
  stage.resize(40, 90);
  await stage.pass(300);
  await stage.answer("asserted");
  stage.resize(50, 90);
  stage.resize(40, 90);
  await stage.pass(10_000);
  stage.resize(41, 90);
  await stage.pass(300);
  await stage.answer("asserted");
  expect(stage.execs).toEqual(["40x90 after a wait", "41x90"]);
});

test("a size that moves on meanwhile decides nothing, and the newest one is next", async () => {
  const stage = new Stage();
  stage.resize(40, 90);
  await stage.pass(300);
  stage.resize(50, 91);
  stage.resize(51, 92);
  await stage.pass(10_000);
  expect(stage.execs).toEqual(["40x90 after a wait"]);
  await stage.answer("native");
  await stage.pass(300);
  await stage.answer("native");
  expect(stage.execs).toEqual(["40x90 after a wait", "51x92 after a wait"]);
  stage.resize(60, 90);
  await stage.pass(10_000);
  expect(stage.execs).toHaveLength(2);
});

test("a storm is one change, with the last size", async () => {
  const stage = new Stage();
  for (let step = 0; step < 200; step += 1) {
    stage.resize(20 + (step % 30), 60 + (step % 40));
    await stage.pass(250);
  }
  await stage.pass(50);
  expect(stage.execs).toEqual(["39x99 after a wait"]);
});

test("a guest that does not answer is asked a few times for each change, never for ever", async () => {
  const stage = new Stage();
  stage.resize(40, 90);
  for (let turn = 0; turn < 10; turn += 1) {
    await stage.pass(10_000);
    await stage.answer("gone");
  }
  expect(stage.execs).toHaveLength(4);
  stage.resize(41, 90);
  await stage.pass(300);
  expect(stage.execs).toHaveLength(5);
});

test("an exec that failed may have asserted the size, so that size is no proof of the native way", async () => {
  const stage = new Stage();
  stage.resize(40, 90);
  await stage.pass(300);
  await stage.answer("gone");
  await stage.pass(500);
  await stage.answer("native");
  stage.resize(41, 90);
  await stage.pass(300);
  expect(stage.execs).toEqual(["40x90 after a wait", "40x90 after a wait", "41x90 after a wait"]);
});

test("a terminal without a size, and one that is gone, are left alone", async () => {
  const stage = new Stage();
  stage.size = undefined;
  stage.keeper.changed();
  await stage.pass(10_000);
  expect(stage.execs).toEqual([]);
});

test("after the end nothing is started", async () => {
  const stage = new Stage();
  stage.resize(40, 90);
  await stage.pass(300);
  stage.resize(41, 90);
  stage.keeper.end();
  await stage.answer("gone");
  stage.keeper.changed();
  await stage.pass(10_000);
  expect(stage.execs).toEqual(["40x90 after a wait"]);
});
