import { expect, test } from "bun:test";
import { renderJson } from "./json.ts";

test("JSON says the same, and moves no cursor", () => {
  const value = { "a\x7f": ["\x9b31m", "é\n\x1b", "\u202eabc\u{e0001}", 1, null] };
  const text = renderJson(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text.replaceAll("\n", "")).not.toMatch(/[\x00-\x1f\x7f-\x9f\p{Cf}]/u);
});
