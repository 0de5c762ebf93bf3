import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { Screen } from "../support/screen.ts";
import { Home, until } from "../support/tool.ts";

const source = `${import.meta.dir}/../../src`;
/** Works as long as the file "go" is not there, then fails where a word says so. */
const script = `
import { existsSync } from "node:fs";
import { cleanEnv } from "${source}/system/environment.ts";
import { realSystem } from "${source}/system/real.ts";
import { inform } from "${source}/ui/messages.ts";
import { work } from "${source}/ui/work.ts";
const system = realSystem(cleanEnv(process.env));
const size = 175_000_000;
await work(system, { title: "building the template", subject: "template", steps: 3 }, async (progress) => {
  progress.step(1, "base image");
  progress.output("raw one\\n#7 0.53 claude-bottle step 2: pack");
  progress.output("ages\\nraw two\\n");
  inform(system, "by the way");
  if (process.argv[2]) progress.amount(size / 2, size);
  while (!existsSync("go")) await Bun.sleep(10);
  if (!process.stdout.isTTY) console.log(progress.logHint);
});
`;
const log = (home: Home) => `${home.directory}/state/claude-bottle/logs/template.log`;
const command = (home: Home, ...words: string[]) => {
  writeFileSync(`${home.project}/work.ts`, script);
  return [process.execPath, "work.ts", ...words];
};

test("on a terminal one line shows the step and the time, and is gone in the end", async () => {
  using home = new Home();
  await using screen = new Screen(command(home), { cwd: home.project, env: home.env, columns: 60 });
  await screen.until(/^. template 2\/3: packages {2}\ds/m);
  writeFileSync(`${home.project}/go`, "");
  expect(await screen.process.exited).toBe(0);
  await screen.until("done in");
  expect(screen.text.replace(/\ds$/, "0s")).toBe(
    "claude-bottle: building the template\nclaude-bottle: by the way\nclaude-bottle: template: done in 0s",
  );
});

test("where the size is known there is a bar", async () => {
  using home = new Home();
  await using screen = new Screen(command(home, "bar"), { cwd: home.project, env: home.env });
  await screen.until("template 2/3: packages ████████████░░░░░░░░░░░░ 88 MB of 175 MB");
});

test.each([
  ["3", ["template 1/3: base image", "template 2/3: packages", "by the way"]],
  ["1", []],
])("off a terminal, with CONSOLA_LEVEL=%s, each step is a line", async (level, lines) => {
  using home = new Home();
  writeFileSync(`${home.project}/go`, "");
  const { stdout, stderr } = Bun.spawnSync(command(home), {
    cwd: home.project,
    env: { ...home.env, CONSOLA_LEVEL: level },
  });
  const title = level === "3" ? ["building the template"] : [];
  expect(stderr.toString()).toBe([...title, ...lines].map((line) => `claude-bottle: ${line}\n`).join(""));
  expect(home.plain(stdout.toString())).toEndWith("the whole output: ~/state/claude-bottle/logs/template.log\n");
  await until(() => readFileSync(log(home), "utf8").endsWith("raw two\n"));
});

test("with --verbose what the programs print is shown as it comes", () => {
  using home = new Home();
  writeFileSync(`${home.project}/go`, "");
  const env = { ...home.env, CONSOLA_LEVEL: "4" };
  const { stderr } = Bun.spawnSync(command(home), { cwd: home.project, env });
  expect(stderr.toString()).toContain("raw one\n#7 0.53 claude-bottle step 2: packages\nraw two\n");
});
