import { expect, test } from "bun:test";
import { Ending, endingMark } from "./ending.ts";

/** What is shown, and the status, of those pieces of a client's stderr. */
function read(...pieces: string[]) {
  const ending = new Ending(endingMark("s1"));
  const shown = pieces.map((piece) => ending.take(Buffer.from(piece, "latin1")));
  const { rest, status } = ending.close();
  return { shown: Buffer.concat([...shown, rest]).toString("latin1"), status };
}

const client = "command terminated with exit code 7\n";

test("an ending says as well whether the project is as it was", () => {
  const ending = new Ending(endingMark("s1"));
  ending.take(Buffer.from("\x1eclaude-bottle:s1:0s\x1e"));
  expect(ending.close()).toMatchObject({ status: 0, isUnchanged: true });
});

test.each([
  ["the command's own bytes come through, and nothing else", ["a\0\xff", `b\x1eclaude-bottle:s1:7\x1e${client}`], "a\0\xffb", 7],
  ["in any pieces", [..."err\x1eclaude-bottle:s1:255\x1e"], "err", 255],
  ["another session's is the command's own", ["\x1eclaude-bottle:s2:0\x1e"], "\x1eclaude-bottle:s2:0\x1e", undefined],
  ["a start of one is shown once it proves to be none", ["x\x1eclaude", "-bottom"], "x\x1eclaude-bottom", undefined],
  ["one that is cut off has no status", ["x\x1eclaude-bottle:s1:1"], "x", undefined],
  ["none has none", ["error: EOF\n"], "error: EOF\n", undefined],
])("%s", (_, pieces, shown, status) => expect(read(...pieces)).toEqual({ shown, status })); // prettier-ignore
