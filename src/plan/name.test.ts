import { expect, test } from "bun:test";
import { bottleName, bottleNamePattern } from "./name.ts";

test.each([
  ["/home/ann/shop", 1000, "", "cb-shop-"],
  ["/home/ann/shop", 1000, "second try", "cb-second-try-"],
  ["/home/ann/Ünï cödé", 1000, "", "cb-uni-code-"],
  ["/home/ann/%%%", 1000, "", "cb-"],
  ["/home/ann/a-very-long-directory-name-that-does-not-end", 1000, "", "cb-a-very-long-directory-na-"],
  ["/home/ann/--- ; $(id) \n", 1000, "", "cb-id-"],
])("%p as uid %p, named %p", (directory, uid, name, start) => {
  const made = bottleName(directory, uid, name);
  expect(made).toStartWith(start);
  expect(made).toMatch(bottleNamePattern);
  expect(made.length).toBeLessThanOrEqual(40);
});

test("another directory, user or given name is another bottle", () => {
  const names = [
    bottleName("/a", 1),
    bottleName("/b", 1),
    bottleName("/a", 2),
    bottleName("/a", 1, "x"),
    bottleName("/a", 1, "X"),
  ];
  expect(new Set(names).size).toBe(names.length);
});
