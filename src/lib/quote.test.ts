import { expect, test } from "bun:test";
import { printable, shellLine, shellQuote } from "./quote.ts";

const words = [
  "",
  "plain",
  "a b",
  "it's",
  '"',
  "$(id)",
  "a\nb\t'\\",
  "é",
  "-x",
  ";",
  "\x01\x7f2",
  "\x9b31m",
  "#{x}",
  "\u202eevil\u2066",
  "\u{e0001}",
];

test("a shell reads back each quoted word", () => {
  const { stdout } = Bun.spawnSync(["/bin/sh", "-c", `printf '%s\\0' ${words.map(shellQuote).join(" ")}`]);
  expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words);
});

test("bash reads back a whole line, which is one line", () => {
  const line = shellLine(["printf", "%s\\0", ...words]);
  expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\p{Cf}]/u);
  const { stdout } = Bun.spawnSync(["bash", "-c", line]);
  expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words);
});

test("printed text carries no control character", () => {
  expect(printable("a\x1b[31mb\n\x9bc")).toBe("a\\x1b[31mb\\x0a\\x9bc");
  expect(printable("é\u202egnp.exe\u2028\u{e0001}")).toBe("é\\u{202e}gnp.exe\\u{2028}\\u{e0001}");
});
