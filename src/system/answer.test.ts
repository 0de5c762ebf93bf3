import { expect, test } from "bun:test";
import { answerOf } from "./answer.ts";
import { realSystem } from "./real.ts";

const system = realSystem({ PATH: "/usr/bin:/bin" });

test("a failure is an answer", async () => {
  expect(await answerOf(system, ["sh", "-c", "echo x; exit 3"], 10_000)).toMatchObject({ code: 3, stdout: "x\n" });
});

test("a program that said nothing is not waited for again", async () => {
  expect(await answerOf(system, ["sleep", "1000"], 20)).toBeUndefined();
  expect(await answerOf(system, ["sleep", "0"], 10_000)).toBeUndefined();
});
