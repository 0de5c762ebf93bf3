import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { Home } from "../support/tool.ts";

const day = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}/gm;

test("logs tells what happened to the bottle and in it, the same in a row once", async () => {
  using home = new Home();
  expect(await home.run(["logs"])).toEqual({
    stdout: "",
    stderr: 'claude-bottle: "~/home/project" has no bottle\n',
    code: 0,
  });
  await home.run(["exec", "--", "true"]);
  await home.run(["exec", "--", "sh", "-c", "exit 3"]);
  await home.run(["stop"]);
  const denied = ["2035-11-24T10:00:00Z", "2035-11-24T11:00:00Z"].map((timestamp) => ({
    timestamp,
    operation: "resolve",
    dest: "evil.\u001bexample",
  }));
  writeFileSync(`${home.smolvm}/denied`, JSON.stringify(denied));
  const { stdout, stderr, code } = await home.run(["logs"]);
  expect(stdout.match(day)).toHaveLength(6);
  expect([stdout.replaceAll(day, "").split("\n"), stderr, code]).toEqual([
    [
      "made",
      "started",
      "exec in ~/home/project: status 0 after 0s",
      "exec in ~/home/project: status 3 after 0s",
      "stopped",
      "denied evil.\\x1bexample, 2 times",
      "",
    ],
    "",
    0,
  ]);
  const entries = JSON.parse((await home.run(["logs", "--json"])).stdout) as { at: string; what: string }[];
  expect(entries.at(-1)).toEqual({ at: "2035-11-24T11:00:00.000Z", what: "denied evil.\\x1bexample, 2 times" });
});

test("logs without the backend still tells our own record", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  home.removeProgram("smolvm");
  const { stdout, stderr, code } = await home.run(["logs"]);
  expect(stdout).toMatch(/ {2}made\n.* {2}started\n.* {2}exec in ~\/home\/project: status 0 after 0s\n$/);
  expect([stderr.split(":", 3).join(":"), code]).toEqual(["claude-bottle: warning: smolvm", 0]);
});

test("the last entries alone, where there are many", async () => {
  using home = new Home();
  for (const code of ["1", "2", "3"]) await home.run(["exec", "--", "sh", "-c", `exit ${code}`]);
  const { stdout } = await home.run(["logs", "-n", "2"]);
  expect(stdout.trim().split("\n").map((line) => /status \d/.exec(line)?.[0])).toEqual(["status 2", "status 3"]);
  expect(JSON.parse((await home.run(["logs", "--json", "--lines", "1"])).stdout)).toHaveLength(1);
  for (const wrong of ["0", "x", "1.5"])
    expect(await home.run(["logs", "--lines", wrong])).toMatchObject({
      stdout: "",
      stderr: `claude-bottle: --lines must be a whole number from 1, not "${wrong}"\n  claude-bottle logs --help\n`,
      code: 2,
    });
}); // prettier-ignore
