import { expect, test } from "bun:test";
import { cut, fit, fitRight, shorten } from "./cut.ts";

test.each([
  ["abc", 2, "ab"],
  ["abc", 3, "abc"],
  ["a日本", 2, "a"],
  ["日本", 3, "日"],
  ["日本", 0, ""],
])("cut %p to %p columns", (text, columns, expected) => expect(cut(text, columns)).toBe(expected));

test("nothing that is cut is wider than asked, colours or not", () => {
  for (const text of ["日本語日本語", "a日b本c語", "\x1b[31m日本\x1b[0m語x"])
    for (let columns = 0; columns < 14; columns += 1) {
      expect(Bun.stringWidth(cut(text, columns))).toBeLessThanOrEqual(columns);
      expect(Bun.stringWidth(fit(text, columns))).toBe(columns);
      expect(Bun.stringWidth(fitRight(text, columns))).toBe(columns);
    }
});

test("what was cut off shows", () => expect(shorten("abcdef", 4)).toBe("abc…"));
