import { expect, test } from "bun:test";
import { decodeLabel, decodeUid, encodeLabel } from "./label.ts";

test.each(["/home/ann/a,b=c", "/é\n%", "/"])("%j is read back", (path) =>
  expect(decodeLabel(encodeLabel(path))).toBe(path),
);

test.each(["100%", "%E0%A4%A", "", "relative", "%00", "%2Fa%00b", undefined])("%j is no path", (label) =>
  expect(decodeLabel(label)).toBeUndefined(),
);

test.each([["1000", 1000], ["0", 0], ["", undefined], ["-1", undefined], ["1e3", undefined], ["x", undefined], [undefined, undefined]])(
  "the uid %j is %p",
  (label, uid) => expect(decodeUid(label)).toBe(uid),
); // prettier-ignore
