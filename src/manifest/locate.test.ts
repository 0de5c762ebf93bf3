import { expect, test } from "bun:test";
import { findPlace, locateKeys } from "./locate.ts";

const toml = `top = 1 # [not.a.table]
[ a . "b c" ]
'k' = """x
[fake]
y = \\""" \\\\""""
n.m = { o = [1, { p = "}#" }], "q\\u0041" = 2 }
d = 1979-05-27 07:32:00 # a date
[a]
z = '''it's''''
[[list]]
one = 1
[[list]]
two = [
  # ]
  "x", # ,
  'y',
]
[list.sub]
three = 3
[agents.x.env]
S = "secret"
`;
const layout = locateKeys(toml);

function at(path: readonly string[]): string | undefined {
  const place = findPlace(layout, path);
  return (
    place && `${toml.slice(0, place.start).split("\n").length} ${toml.slice(place.start, place.end || place.start)}`
  );
}

test.each([
  ["a key before all tables", ["top"], "1 top"],
  ["a table with blanks and quotes in its name", ["a", "b c"], '2 "b c"'],
  ["a quoted key", ["a", "b c", "k"], "3 'k'"],
  ["a dotted key after a long string", ["a", "b c", "n", "m"], "6 m"],
  ["a key of a table in an array", ["a", "b c", "n", "m", "o", "1", "p"], "6 p"],
  ["a key with an escape", ["a", "b c", "n", "m", "qA"], '6 "q\\u0041"'],
  ["a date with a blank", ["a", "b c", "d"], "7 d"],
  ["a table that an earlier one implied, at its first mention", ["a"], "2 a"],
  ["a key of it", ["a", "z"], "9 z"],
  ["a table of a list", ["list", "0", "one"], "11 one"],
  ["the next table of the list", ["list", "1", "two"], "13 two"],
  ["an item of an array on lines of its own", ["list", "1", "two", "1"], "16 "],
  ["a table below the last of a list", ["list", "1", "sub", "three"], "19 three"],
  ["text in a string", ["fake"], undefined],
  ["a name that every object has", ["constructor"], undefined],
])("%s", (_, path, expected) => expect(at(path)).toBe(expected));

test("the values of variables are known as private", () => {
  expect(layout.privateValues.map(([start, end]) => toml.slice(start, end))).toEqual(['"secret"']);
});

test("each table of a list has the place of its own header", () => {
  const found = locateKeys("[[a.list]]\n[[a.list]]\n\n[[ a.list ]]\n");
  expect(["0", "1", "2"].map((index) => findPlace(found, ["a", "list", index])?.start)).toEqual([2, 13, 26]);
});
