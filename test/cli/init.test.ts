import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Home } from "../support/tool.ts";

test("init writes a manifest that fits the project, once", async () => {
  using home = new Home();
  rmSync(`${home.project}/bottle.toml`);
  for (const name of ["package.json", "pyproject.toml", "README.md"]) writeFileSync(`${home.project}/${name}`, "");
  const shown = await home.run(["init", "--dry-run"]);
  expect([shown.stderr, shown.code, existsSync(`${home.project}/bottle.toml`)]).toEqual(["", 0, false]);
  expect(shown.stdout).toContain(
    'presets = ["github", "npm", "pypi"] # git hosting, and packages for JavaScript, Python\n',
  );
  expect(await home.run(["init"])).toEqual({
    stdout: "",
    stderr: "claude-bottle: wrote bottle.toml\n  to see the settings in effect: claude-bottle config\n",
    code: 0,
  });
  expect(readFileSync(`${home.project}/bottle.toml`, "utf8")).toBe(shown.stdout);
  expect((await home.run(["config"])).stdout).toContain('"npm"');
  expect(await home.run(["init"])).toEqual({
    stdout: "",
    stderr: "claude-bottle: bottle.toml already exists\n  claude-bottle init --dry-run shows a new one\n",
    code: 1,
  });
});

test("init writes nothing where there can be no project", async () => {
  using home = new Home();
  const cwd = `${home.directory}/home`;
  expect(await home.run(["init"], { cwd })).toMatchObject({
    stderr: expect.stringContaining("your home directory cannot be a bottle's project"),
    code: 1,
  });
  expect(existsSync(`${cwd}/bottle.toml`)).toBe(false);
});

test("init takes from devcontainer.json what has a counterpart, and nothing that does not fit", async () => {
  using home = new Home();
  mkdirSync(`${home.project}/.devcontainer`);
  const write = (text: string) => writeFileSync(`${home.project}/.devcontainer/devcontainer.json`, text);
  write(
    '{ // comments\n "image": "registry.example.org/dev:1",\n "containerEnv": { "TZ": "UTC", "HOME": "/x", "A B": "y", "W": "${localEnv:W}" },\n "postCreateCommand": "npm ci\\n[env]", }',
  );
  const { stdout } = await home.run(["init", "--dry-run"]);
  expect(stdout).toContain('\n[template]\nbase = "registry.example.org/dev:1"\n');
  expect(stdout).toContain('\n[env]\nTZ = "UTC"\n\n');
  expect(stdout).toEndWith('# Commands of devcontainer.json.\n# [[provision.commands]]\n# run = "npm ci\\n[env]"\n');
  for (const text of ["", "{", "[]", '{"image": 3}', '{"image": "a b"}', '{"image": "\\ud800"}']) {
    write(text);
    expect((await home.run(["init", "--dry-run"])).stdout).toContain("# image = ");
  }
});
