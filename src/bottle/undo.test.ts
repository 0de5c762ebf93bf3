import { expect, test } from "bun:test";
import { Undo } from "./undo.ts";

test("a failure runs the steps in reverse, each whatever the others did, and is what the caller sees", async () => {
  const done: string[] = [];
  const work = Undo.guard(async (undo) => {
    undo.add(async () => void done.push("first"));
    undo.add(async () => {
      done.push("second");
      throw new Error("undo failed");
    });
    undo.add(async () => void done.push("third"));
    throw new Error("the work failed");
  });
  expect(work).rejects.toThrow("the work failed");
  await work.catch(() => {});
  expect(done).toEqual(["third", "second", "first"]);
});

test("success undoes nothing", async () => {
  const done: string[] = [];
  expect(
    await Undo.guard(async (undo) => {
      undo.add(async () => void done.push("undone"));
      return 7;
    }),
  ).toBe(7);
  expect(done).toEqual([]);
});
