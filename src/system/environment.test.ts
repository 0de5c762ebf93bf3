import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { cleanEnv, zoneName } from "./environment.ts";

const directory = realpathSync(mkdtempSync(`${tmpdir()}/environment-`));
mkdirSync(`${directory}/data/ann`, { recursive: true });
symlinkSync("data", `${directory}/home`);
afterAll(() => rmSync(directory, { recursive: true }));

test.each<[string, NodeJS.ProcessEnv, Record<string, string>]>([
  ["a home behind a link", { HOME: `${directory}/home/ann` }, { HOME: `${directory}/data/ann` }],
  ["dots and slashes", { HOME: `${directory}//home/ann/x/../` }, { HOME: `${directory}/data/ann` }],
  ["a directory not made yet", { XDG_STATE_HOME: `${directory}/home/ann/a/b` }, { XDG_STATE_HOME: `${directory}/data/ann/a/b` }],
  ["a relative directory, which XDG ignores", { XDG_CACHE_HOME: "cache" }, { XDG_CACHE_HOME: "cache" }],
  ["relative entries of PATH", { PATH: ":.:bin:/usr/bin:../x::/bin:" }, { PATH: "/usr/bin:/bin" }],
  ["a PATH of relative entries alone", { PATH: "." }, { PATH: "/dev/null" }],
  ["an empty PATH", { PATH: "" }, { PATH: "/dev/null" }],
  ["no PATH", {}, {}],
  ["what changes a Bun program", { BUN_OPTIONS: "--smol", BUN_BE_BUN: "1", LANG: "C" }, { LANG: "C" }],
])("%s", (_, env, expected) => expect(cleanEnv(env, () => undefined)).toEqual(expected)); // prettier-ignore

test.each([
  ["/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"],
  ["../usr/share/zoneinfo/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
  ["/var/db/timezone/zoneinfo/Europe/Berlin", "Europe/Berlin"],
  ["/usr/share/zoneinfo/posix/Etc/GMT+9", "Etc/GMT+9"],
  ["/etc/own-zone", undefined],
])("the zone behind %s is %s", (path, name) => expect(zoneName(path)).toBe(name));

test("TZ is this machine's zone, unless it is set", () => {
  expect(cleanEnv({}, () => "Asia/Tokyo")).toEqual({ TZ: "Asia/Tokyo" });
  expect(cleanEnv({ TZ: "UTC" }, () => "Asia/Tokyo")).toEqual({ TZ: "UTC" });
});
