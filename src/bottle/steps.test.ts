import { describe, expect, test } from "bun:test";
import type { BottlePlan } from "../plan/plan.ts";
import { type Desired, type Observed, removalSteps, type Step, startSteps, stopSteps } from "./steps.ts";
import type { Task } from "./tasks.ts";

const plan: BottlePlan = {
  name: "cb-shop-0", backend: "smolvm", directory: "/shop", image: "debian", cpus: 2, memoryMiB: 4096,
  user: { name: "ann", uid: 1000, gid: 1000, home: "/home/ann" },
  mounts: [], network: { mode: "list", hosts: ["a.example"] }, credentials: [],
}; // prettier-ignore
const task: Task = { id: "once", everyStart: false, command: { run: "npm ci", when: "once", directory: "." } };
const repeated: Task = { id: "start", everyStart: true, command: { run: "date", when: "start", directory: "." } };
const desired: Desired = {
  plan, fresh: false, tasks: [task, repeated],
  hooks: { "before-start": ["up"], "after-stop": ["down"] },
  backend: { setNetwork: async () => {} },
}; // prettier-ignore
const done = { ...plan, provisioned: ["once", "start"] };
const seen: Observed = { state: "ready", made: done, startsWithSession: false, hasKeptClaude: false };

const shown = (steps: readonly Step[]) =>
  steps
    .map((step) => {
      if (step.kind === "hook") return step.hook;
      if (step.kind === "start") return `start ${step.from}`;
      return step.kind === "provision" ? step.task.id : step.kind;
    })
    .join(", ");

describe("a start", () => {
  test.each<[string, Partial<Desired>, Partial<Observed>, string]>([
    ["of a bottle that is ready does nothing", {}, {}, ""],
    ["of one that is not there", {}, { state: "none", made: undefined }, "before-start, create, start new, once, start, record"],
    ["with a ~/.claude that was kept", {}, { state: "none", made: undefined, hasKeptClaude: true }, "before-start, create, start new, restore-claude, once, start, record"],
    ["of one that is stopped", {}, { state: "stopped" }, "before-start, start stopped, start, record"],
    ["of one that runs, and was not made ready", {}, { state: "running" }, "start running, start, record"],
    ["of one that starts with its session", {}, { startsWithSession: true }, "before-start, start"],
    ["with a new command in the manifest", { tasks: [task, { ...task, id: "new" }] }, {}, "new"],
    ["with another list of hosts", { plan: { ...plan, network: { mode: "list", hosts: ["b.example"] } } }, {}, "follow-network"],
    ["of a copy of the project", {}, { state: "stopped", made: { ...done, copied: true } }, "before-start, start stopped, push, start, record"],
    ["that may ask for a login", { plan: { ...plan, loginInside: true } }, {}, "remember-login"],
    ["that replaces the bottle", { fresh: true }, { state: "running" }, "check-losses, remove, after-stop, before-start, create, start new, once, start, record"],
    ["that replaces it, and keeps ~/.claude", { fresh: true, plan: { ...plan, keepsClaude: true } }, { state: "stopped" }, "wake, check-losses, keep-claude, remove, after-stop, before-start, create, start new, restore-claude, once, start, record"],
    ["that replaces nothing", { fresh: true }, { state: "none", made: undefined }, "before-start, create, start new, once, start, record"],
  ])("%s", (_, wanted, found, steps) => {
    expect(shown(startSteps({ ...desired, ...wanted }, { ...seen, ...found }))).toBe(steps);
  }); // prettier-ignore
});

test("a stop runs the hook", () => {
  expect(shown(stopSteps(done, { hooks: desired.hooks, force: false }))).toBe("stop, after-stop");
});

describe("a removal", () => {
  const copy = { ...done, copied: true as const };
  test.each([
    ["asks what would be lost", done, { force: false, keepsClaude: false, state: "running" }, "check-losses, remove"],
    ["by force asks nothing", done, { force: true, keepsClaude: false, state: "running" }, "remove"],
    ["keeps ~/.claude of a stopped bottle", done, { force: true, keepsClaude: true, state: "stopped" }, "wake, keep-claude, remove"],
    ["brings a copy home", copy, { force: false, keepsClaude: false, state: "stopped" }, "wake, pull, check-losses, remove"],
    ["of a record alone", copy, { force: false, keepsClaude: true, state: "none" }, "check-losses, remove"],
  ] as const)("%s", (_, made, options, steps) => {
    expect(shown(removalSteps(made, { ...options, hooks: {} }))).toBe(steps);
  }); // prettier-ignore
});
