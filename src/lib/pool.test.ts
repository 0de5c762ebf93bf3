import { expect, test } from "bun:test";
import { mapLimited } from "./pool.ts";

test("at most so many work at once, and results keep their order", async () => {
  let [working, most] = [0, 0];
  const results = await mapLimited([...Array(50).keys()], 8, async (item) => {
    most = Math.max(most, ++working);
    await Bun.sleep((item * 7) % 5);
    working -= 1;
    return item * 2;
  });
  expect([results, most]).toEqual([[...Array(50).keys()].map((item) => item * 2), 8]);
});

test("nothing is begun after a failure but what was under way", async () => {
  let begun = 0;
  const failing = mapLimited([...Array(50).keys()], 2, async (item) => {
    begun += 1;
    await Bun.sleep(1);
    if (item === 0) throw new Error("first");
    if (begun > 3) await new Promise(() => {});
  });
  expect(await failing.catch((error: Error) => error.message)).toBe("first");
  expect(begun).toBeLessThan(5);
});
