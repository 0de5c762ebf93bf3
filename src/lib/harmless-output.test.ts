import { expect, test } from "bun:test";
import { harmlessOutput } from "./harmless-output.ts";

test.each([
  [["plain é 漢\r\n\tline\n"], "plain é 漢\r\n\tline\n"],
  [["\x1b[1;31mred\x1b[m"], "\x1b[1;31mred\x1b[m"],
  [["a\x1b", "[", "3", "1mred\x1b[0", "m"], "a\x1b[31mred\x1b[0m"],
  [["\x1b[6n\x1b[c\x1b]52;c;?\x07\x1bP+q544e\x1b\\\x9b6n\x0e\x08"], "[6n[c]52;c;?P+q544e\\6n"],
  [["\x1b", "\x1b[c", "\x1b[31", "\x1b[6n"], "[c[31[6n"],
])("%j is shown as %j", (pieces, shown) => {
  let text = "";
  const show = harmlessOutput((piece) => (text += piece));
  for (const piece of pieces) show(piece);
  expect(text).toBe(shown);
});
