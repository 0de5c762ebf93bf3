import { expect, test } from "bun:test";
import { parseDenied } from "./denied.ts";

const event = (second: string, dest: string) => ({ timestamp: `2026-11-24T10:00:${second}Z`, operation: "any", dest });
const denied = (events: unknown) => parseDenied(events).map(({ at, target }) => `${at.slice(17, -1)} ${target}`);

test("a name is refused once where it was asked for by both kinds of address, and again later on", () => {
  const names = [event("01.100", "a.example"), event("01.101", "b.example"), event("01.102", "a.example")];
  expect(denied([...names, event("03", "a.example")])).toEqual([
    "01.100 a.example",
    "01.101 b.example",
    "03 a.example",
  ]);
});

test("each connection counts", () => {
  expect(denied([event("01", "10.0.0.1:22"), event("01", "10.0.0.1:22")])).toEqual([
    "01 10.0.0.1:22",
    "01 10.0.0.1:22",
  ]);
  expect(denied(null)).toEqual([]);
});
