import { expect, test } from "bun:test";
import { suggest } from "./suggest.ts";

const commands = ["run", "shell", "exec", "stop", "rm", "completions"];

test.each([
  ["a letter too many", "runn", "run"],
  ["a letter missing", "shel", "shell"],
  ["another letter", "stap", "stop"],
  ["two letters swapped", "exce", "exec"],
  ["another case", "RUN", "run"],
  ["a long word may differ more", "completation", "completions"],
  ["a short word may not", "ab", undefined],
  ["nothing near", "frobnicate", undefined],
  ["the empty word", "", undefined],
  ["a word of a name that every object has", "constructor", undefined],
  ["a word that is no word", "x".repeat(100_000), undefined],
])("%s", (_, word, expected) => expect(suggest(word, commands)).toBe(expected));

test("the nearest word wins, and the first of equals", () => {
  expect(suggest("rus", ["rum", "run", "rust"])).toBe("rum");
  expect(suggest("rusts", ["rum", "run", "rust"])).toBe("rust");
});
