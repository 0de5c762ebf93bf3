import { expect, test } from "bun:test";
import type { BottlePlan } from "../../plan/plan.ts";
import { bindingsOf } from "./pins.ts";

const own = { home: "/state/home", temporary: "/state/tmp" };
const always = ["/state/tmp /tmp", "/state/home /home/ann"];

test.each<[string, string, BottlePlan["mounts"], string[]]>([
  ["a project right below the home", "/home/ann/p", [], ["/home/ann/p /home/ann/p"]],
  ["a project elsewhere", "/srv/a/p", [], ["/srv/a/p /srv/a/p"]],
  [
    "a project further below, and a mount beside it",
    "/home/ann/a/b/p",
    [{ source: "/data", target: "/home/ann/a/data", mode: "ro" }],
    [
      "/state/home/a /home/ann/a",
      "/state/home/a/b /home/ann/a/b",
      "/home/ann/a/b/p /home/ann/a/b/p",
      "/data /home/ann/a/data",
    ],
  ],
  ["a project in /tmp", "/tmp/x/p", [], ["/state/tmp/x /tmp/x", "/tmp/x/p /tmp/x/p"]],
  [
    "a mount in a mount that may not be written to",
    "/srv/p",
    [
      { source: "/git", target: "/git", mode: "ro" },
      { source: "/git/a/b", target: "/git/a/b", mode: "rw" },
    ],
    ["/srv/p /srv/p", "/git /git", "/git/a/b /git/a/b"],
  ],
])("%s", (_, directory, mounts, lines) => {
  const user = { name: "ann", uid: 1, gid: 1, home: "/home/ann" };
  const bindings = bindingsOf(own, { directory, mounts, user } as unknown as BottlePlan);
  expect(bindings.map(({ source, target }) => `${source} ${target}`)).toEqual([...always, ...lines]);
});
