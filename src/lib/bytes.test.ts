import { expect, test } from "bun:test";
import { shortBytes } from "./bytes.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [16_384, "16 kB"],
  [1_249_000_000, "1.2 GB"],
  [25e9, "25 GB"],
  [7e15, "7000 TB"],
])("%d bytes", (bytes, text) => expect(shortBytes(bytes)).toBe(text));
