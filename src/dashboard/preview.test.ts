import { expect, test } from "bun:test";
import { previewLines } from "./preview.ts";

const lines = (screen: string, hasColour = true) => previewLines(screen, { count: 3, columns: 10, hasColour });

test("colours run on from line to line, as tmux captures them", () =>
  expect(lines("\x1b[31mred\nstill\x1b[0m\nplain\n\n")).toEqual(["\x1b[31mred\x1b[0m", "\x1b[31mstill\x1b[0m\x1b[0m", "plain\x1b[0m"])); // prettier-ignore

test("only the last written lines, cut to the width", () =>
  expect(lines("one\ntwo\nthree\n12345678901234\n \n", false)).toEqual(["two", "three", "1234567890"]));

test("several empty lines are one", () => expect(lines("\n\none\n\n \n\ntwo\n", false)).toEqual(["one", "", "two"]));

test("no sequence but colours is kept", () =>
  expect(lines("\x1b]0;title\x07a\x1b[2Jb\x1b[?1049hc\x1bPq\x1b\\d\x9b5A\r\te", false)).toEqual(["abcd5Ae"]));
