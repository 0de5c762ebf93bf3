import { expect, test } from "bun:test";
import { matchBottle } from "./bottle-name.ts";

const bottles = [
  { name: "cb-shop-3c6c33efe4", directory: "/src/shop" },
  { name: "cb-shop-api-543492bf93", directory: "/src/shop-api" },
  { name: "cb-my-app-f4f1d43fa5", directory: "/src/My App" },
  { name: "cb-docs-1111111111", directory: "/src/docs" },
  { name: "cb-docs-2222222222", directory: "/other/docs" },
];

test.each([
  ["the whole name", "cb-shop-3c6c33efe4", "cb-shop-3c6c33efe4"],
  ["the directory's own name, though another one begins with it", "shop", "cb-shop-3c6c33efe4"],
  ["the directory's own name, as it is written", "My App", "cb-my-app-f4f1d43fa5"],
  ["the whole directory", "/other/docs/", "cb-docs-2222222222"],
  ["the beginning of a name", "cb-my", "cb-my-app-f4f1d43fa5"],
  ["the same without cb-", "my-a", "cb-my-app-f4f1d43fa5"],
  ["a part of a name", "api", "cb-shop-api-543492bf93"],
  ["a part in other letters", "APP", "cb-my-app-f4f1d43fa5"],
  ["no part of a hash", "33efe", undefined],
  ["nothing", "", undefined],
  ["something else", "blog", undefined],
])("%s: %p", (_, word, name) => expect(matchBottle(word, bottles)).toBe(name));

test.each([
  ["docs", "cb-docs-1111111111, cb-docs-2222222222"],
  ["sh", "cb-shop-3c6c33efe4, cb-shop-api-543492bf93"],
])("%s means several, which the error names", (word, names) =>
  expect(() => matchBottle(word, bottles)).toThrow(`"${word}" matches 2 names: ${names}`),
);
