// The short form of `bun run fuzz`: the same seed each time.
import { expect, test } from "bun:test";
import { fuzz, type Target, targets } from "./fuzz.ts";

test.each(Object.keys(targets) as Target[])(
  "%s: hostile input reaches nothing outside, and fails in words",
  async (target) => expect(await fuzz(target, 1, 30 / Object.keys(targets).length)).toBeGreaterThan(0),
  60_000,
);
