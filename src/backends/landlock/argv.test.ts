import { expect, test } from "bun:test";
import type { BottlePlan, SessionPlan } from "../../plan/plan.ts";
import { markOf, sessionArgv, type Place } from "./argv.ts";

const place: Place = { self: ["/opt/claude-bottle"], directory: "/s/cb-p", claude: "/opt/claude" };
const plan: BottlePlan = {
  name: "cb-p",
  backend: "landlock",
  directory: "/home/ann/p",
  image: undefined,
  cpus: 2,
  memoryMiB: 1024,
  user: { name: "ann", uid: 1000, gid: 1000, home: "/s/cb-p/home" },
  mounts: [],
  network: { mode: "off", hosts: [] },
  credentials: [],
};
const session: SessionPlan = {
  id: "0123456789abcdef",
  bottle: "cb-p",
  kind: "exec",
  user: plan.user,
  directory: "/home/ann/p",
  env: { HOME: "/s/cb-p/home" },
  secrets: [],
  command: ["true"],
  size: undefined,
};
const argv = (changed: Partial<BottlePlan> = {}, started: Partial<SessionPlan> = {}) =>
  sessionArgv(place, { ...plan, ...changed }, { ...session, ...started });
const line = (...changes: Parameters<typeof argv>) => argv(...changes).join(" ");
const values = (option: string, words: readonly string[]) =>
  words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));

test("a session writes to the project, its own home and its own temporary files alone", () => {
  expect(values("--write", argv())).toEqual(["/s/cb-p/home", "/s/cb-p/tmp", "/home/ann/p"]);
});

test("a session reads the host's programs, and nothing of the user's", () => {
  const read = values("--read", argv());
  expect(read).toContain("/usr");
  expect(read).toContain("/etc/ssl/certs");
  expect(read.filter((path) => /^\/(home|root|tmp|run|var|sys|dev)/.test(path) || path === "/" || path === "/etc")).toEqual([]);
}); // prettier-ignore

test.each([
  ["no network", {}, {}, "/opt/claude-bottle confine --network off --mark"],
  ["a network", { network: { mode: "open", hosts: [] } }, {}, "confine --network open --mark"],
  ["a mount to read", { mounts: [{ source: "/a", target: "/a", mode: "ro" }] }, {}, " --read /opt/claude --read /a --device"],
  ["a mount to write", { mounts: [{ source: "/a", target: "/a", mode: "rw" }] }, {}, " --write /home/ann/p --write /a --"],
  ["a terminal", {}, { size: { rows: 24, columns: 80 } }, " --device /dev/tty --terminal --setenv"],
  ["the manifest's own PATH", {}, { env: { PATH: "/x" } }, " --setenv PATH /x --"],
] as const)("%s", (_, changed, started, part) => {
  expect(line(changed as Partial<BottlePlan>, started as Partial<SessionPlan>)).toContain(part);
}); // prettier-ignore

test("words of a command that look like options stay the command's", () => {
  const command = ["--write", "/", "--", "a b\n$(id)"];
  expect(argv({}, { command }).slice(-4)).toEqual(command);
});

test("the marks of two bottles and of two sessions differ, and the soft value is the smaller one", () => {
  const [one, two] = [markOf("cb-a", "ffffffffffffffff"), markOf("cb-b", "0000000000000000")];
  expect(one[0]).not.toBe(two[0]);
  expect(one[1]).not.toBe(two[1]);
  for (const [soft, hard] of [one, two]) expect(soft < hard && hard < 1n << 62n).toBe(true);
});
