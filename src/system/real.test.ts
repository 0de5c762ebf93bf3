import { expect, test } from "bun:test";
import { realSystem } from "./real.ts";

const system = realSystem({ PATH: "/usr/bin:/bin" });

test.each([
  ["is nowhere", ["no-such-program"], '"no-such-program" was not found'],
  ["is no program", ["/etc/passwd"], '"/etc/passwd" is not executable'],
  [
    "gets more than the kernel takes",
    ["true", "x".repeat(3_000_000)],
    'the words and the environment are too long to start "true" with',
  ],
])("what %s is not started, and why is said", async (_, argv, message) => {
  expect(await system.run(argv).catch((error: Error) => error.message)).toBe(message);
});

test("a directory to start it in that is gone is not blamed on the program", async () => {
  const words = await system.run(["true"], { cwd: "/no/such/directory" }).catch((error: Error) => error.message);
  expect(words).toBe('"/no/such/directory" is no directory any more');
});
