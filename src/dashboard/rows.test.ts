import { expect, test } from "bun:test";
import type { Session } from "../activity/sessions.ts";
import { type BottleFacts, rowsOf, summaryOf, type World } from "./rows.ts";

const now = 10_000_000;
const bottle = (name: string, part: Partial<BottleFacts> = {}): BottleFacts => ({
  name: `cb-${name}-0123456789`, directory: `/work/${name}`, givenName: undefined, backend: "podman", network: "allowlist",
  state: "running", lastUsedAt: now - 3_600_000, size: undefined, conversations: undefined, ...part,
}); // prettier-ignore
const session = (name: string, id: string, part: Partial<Session>): Session => ({
  id, bottle: `cb-${name}-0123456789`, directory: `/work/${name}`, kind: "agent", isBackground: false, startedAt: now - 60_000,
  state: "working", since: now - 60_000, source: "record", ...part,
}); // prettier-ignore
const world = (bottles: BottleFacts[], sessions: Session[]): World => ({
  now, bottles, sessions, denied: new Map(), changes: new Map(), usage: new Map(),
}); // prettier-ignore

const shown = (world: World, snoozed = new Map<string, number>(), filter = "") =>
  rowsOf(world, snoozed, filter).map(({ section, label, state, age, text }) =>
    [section, label, state, age, text].filter((part) => part !== "").join(" "),
  );

test("what needs the user comes first: questions, failures, finished turns, the newest of each on top", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  expect(
    shown(
      world(names.map((name) => bottle(name)), [
        session("a", "1", { state: "idle" }),
        session("b", "2", { state: "done", since: now - 1_000 }),
        session("c", "3", { state: "waiting", waitingFor: "question", since: now - 240_000, detail: "Keep it?" }),
        session("d", "4", { state: "working" }),
        session("e", "5", { state: "waiting", waitingFor: "permission", since: now - 5_000 }),
        session("f", "6", { state: "failed", since: now - 2_000, detail: "status 3" }),
      ]),
    ),
  ).toEqual([
    "waiting e permission 5s",
    "waiting c question 4m Keep it?",
    "waiting f failed 2s status 3",
    "waiting b done 1s",
    "working d working 1m",
    "quiet a idle 1m",
  ]);
}); // prettier-ignore

test("a bottle without a session is one row, a second session has a number, a shell is quiet", () => {
  expect(
    shown(
      world([bottle("shop"), bottle("blog", { branch: "feat", state: "stopped", size: 1_200_000_000, conversations: 2 })], [
        session("shop", "1", {}),
        session("shop", "2", { kind: "shell", state: "idle", since: now - 10_000 }),
        session("shop", "3", { state: "ended" }),
      ]),
    ),
  ).toEqual(["working shop working 1m", "quiet shop:2 shell 10s", "quiet blog stopped 1h worktree of feat, 1.2 GB, 2 conversations exist only here"]);
}); // prettier-ignore

test("names of any text are printed harmlessly, and two projects of one name are told apart", () => {
  const bottles = [
    bottle("x", { name: "cb-x-aaaa", directory: "/one/app" }),
    bottle("y", { name: "cb-y-bbbb", directory: "/two/app" }),
    bottle("z", { directory: "/work/a\x1b[31m\nb" }),
  ];
  expect(rowsOf(world(bottles, []), new Map(), "").map(({ label }) => label)).toEqual([
    "a\\x1b[31m\\x0ab", "app (aaaa)", "app (bbbb)",
  ]); // prettier-ignore
});

test("a snoozed row is quiet until its state changes", () => {
  const waiting = (since: number) => world([bottle("a")], [session("a", "1", { state: "waiting", waitingFor: "plan", since })]);
  const snoozed = new Map([["1", now - 10_000]]);
  expect(shown(waiting(now - 20_000), snoozed)).toEqual(["quiet a plan 20s"]);
  expect(shown(waiting(now - 5_000), snoozed)).toEqual(["waiting a plan 5s"]);
}); // prettier-ignore

test("the filter looks at names, states, texts and directories", () => {
  const all = world([bottle("shop"), bottle("blog")], [session("shop", "1", { detail: "Bash: bun test" })]);
  expect(shown(all, undefined, "BUN")).toEqual(["working shop working 1m Bash: bun test"]);
  expect(shown(all, undefined, "nothing")).toEqual([]);
});

test("the summary counts", () => {
  const all = world([bottle("a"), bottle("b")], [session("a", "1", { state: "done" })]);
  const denied = new Map([["cb-a-0123456789", [{ target: "x:443", times: 2, last: "" }]]]);
  expect(summaryOf(all, rowsOf(all, new Map(), ""))).toBe("2 bottles · 1 waiting");
  expect(summaryOf({ ...all, denied }, [])).toBe("2 bottles · 1 host denied");
});
