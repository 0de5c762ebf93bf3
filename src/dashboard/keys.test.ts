import { expect, test } from "bun:test";
import { KeyReader } from "./keys.ts";

const names = (text: string) => new KeyReader().read(text, 0).map((key) => (key.kind === "key" ? key.name : key.kind));

test.each([
  ["jk", ["j", "k"]],
  ["\x1b[A\x1b[B\r", ["up", "down", "enter"]],
  ["é日", ["é", "日"]],
  ["\x1b[<0;5;7M\x1b[<0;5;7m", ["click"]],
  ["\x1b[<64;1;1M\x1b[<65;1;1M", ["wheel", "wheel"]],
  ["\x1b[200~a\rb\x1b[201~q", ["text", "q"]],
  ["\x1b[15~x", ["x"]],
  ["\x1bx", ["escape", "x"]],
  ["\x00", ["unknown"]],
])("%p", (text, expected) => expect(names(text)).toEqual(expected));

test("a sequence may come in pieces, and an escape alone is a key once nothing follows", () => {
  const reader = new KeyReader();
  expect(reader.read("\x1b", 0)).toEqual([]);
  expect(reader.read("[A", 0)).toEqual([{ kind: "key", name: "up" }]);
  expect(reader.read("\x1b", 0)).toEqual([]);
  expect(reader.flush()).toEqual([{ kind: "key", name: "escape" }]);
  expect(reader.isPending).toBe(false);
});

test("two clicks on a row within a moment are one double click", () => {
  const reader = new KeyReader();
  const click = (at: number) => reader.read("\x1b[<0;5;7M", at)[0];
  expect([click(0), click(100), click(200), click(900)].map((key) => key?.kind === "click" && key.isDouble)).toEqual([
    false, true, false, false,
  ]); // prettier-ignore
});
