import { expect, test } from "bun:test";
import { ptr } from "bun:ffi";
import { constants } from "node:os";
import { cString, errno, openLibc, variadic } from "./libc.ts";

test("a C function is called, and its error number is known", () => {
  const libc = openLibc({ chdir: { args: ["ptr"], returns: "i32" } });
  errno();
  expect(libc?.chdir(ptr(cString("/no/such/directory")))).toBe(-1);
  expect(errno()).toBe(constants.errno.ENOENT);
  expect(libc?.chdir(ptr(cString("/etc/passwd")))).toBe(-1);
  expect(errno()).toBe(constants.errno.ENOTDIR);
});

test("a function that the library lacks is undefined", () =>
  expect(openLibc({ no_such_function: { args: [], returns: "i32" } })).toBeUndefined());

test("a variadic argument arrives", () => {
  const { args, padding } = variadic(["i32", "i32"]);
  const libc = openLibc({ fcntl: { args, returns: "i32" } });
  const [F_DUPFD, F_GETFD, F_SETFD] = [0, 1, 2];
  const copy = libc?.fcntl(0, F_DUPFD, ...padding, 10n) ?? -1;
  expect(copy).toBeGreaterThanOrEqual(10);
  libc?.fcntl(copy, F_SETFD, ...padding, 1n);
  expect(libc?.fcntl(copy, F_GETFD, ...padding, 0n)).toBe(1);
});
