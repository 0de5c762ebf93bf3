import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type { BottlePlan } from "../plan/plan.ts";
import { isDue, tasksOf, withDone } from "./tasks.ts";

const plan: BottlePlan = {
  name: "cb-shop-0", backend: "smolvm", directory: "/shop", image: "debian", cpus: 2, memoryMiB: 4096,
  user: { name: "ann", uid: 1000, gid: 1000, home: "/home/ann" },
  mounts: [], network: { mode: "off", hosts: [] }, credentials: [],
}; // prettier-ignore

let directory: string;
beforeEach(() => void (directory = mkdtempSync(`${tmpdir()}/tasks-`)));
afterEach(() => rmSync(directory, { recursive: true }));

const due = async (of: BottlePlan, starts = false) => (await tasksNow()).filter((task) => isDue(task, of, starts));
const tasksNow = () =>
  tasksOf({
    files: [{ source: `${directory}/settings`, target: "~/settings" }],
    commands: [{ run: "npm ci", when: "once", directory: "." }],
    env: {},
  });
const doAll = async (of: BottlePlan) => (await due(of)).reduce(withDone, of);

test("what is done is remembered, with the content of a file; an old content again is a change", async () => {
  writeFileSync(`${directory}/settings`, "one");
  let made = await doAll(plan);
  expect([await due(made), made.provisioned?.length]).toEqual([[], 2]);
  for (const content of ["two", "three", "four"]) {
    renameSync(`${directory}/settings`, `${directory}/${content}-before`);
    writeFileSync(`${directory}/settings`, content);
    expect(await due(made)).toHaveLength(1);
    made = await doAll(made);
    expect(made.provisioned).toHaveLength(2);
  }
  renameSync(`${directory}/two-before`, `${directory}/settings`);
  expect(await due(made)).toHaveLength(1);
});

test("a file is copied again at each start, a command that is run once is not", async () => {
  writeFileSync(`${directory}/settings`, "one");
  expect((await due(await doAll(plan), true)).map((task) => "file" in task)).toEqual([true]);
});

test("the bottle knows which of its files are the host's", async () => {
  expect((await doAll(await doAll(plan))).providedFiles).toEqual(["/home/ann/settings"]);
});
