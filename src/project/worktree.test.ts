import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { worktreeMounts } from "./worktree.ts";

let directory: string;
const git = (...words: string[]) => {
  const env = { PATH: "/usr/bin:/bin", HOME: directory, GIT_CONFIG_NOSYSTEM: "1" };
  const { exitCode, stderr } = Bun.spawnSync(
    ["git", "-C", `${directory}/main`, "-c", "user.name=a", "-c", "user.email=a@b", ...words],
    { env },
  );
  expect([stderr.toString(), exitCode].at(1)).toBe(0);
};
beforeEach(() => {
  directory = realpathSync(mkdtempSync(`${tmpdir()}/worktree-`));
  mkdirSync(`${directory}/main`);
  git("init", "-q");
  git("commit", "-q", "--allow-empty", "-m", "one");
  git("worktree", "add", "-q", `${directory}/linked`);
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a linked worktree brings its repository, to write in it no more than a commit does", () => {
  const common = `${directory}/main/.git`;
  expect(worktreeMounts(`${directory}/linked`, "/home/ann")).toEqual([
    { source: common, target: common, mode: "ro" },
    ...["objects", "refs", "logs", "worktrees/linked"].map((name) => ({
      source: `${common}/${name}`,
      target: `${common}/${name}`,
      mode: "rw" as const,
    })),
  ]);
});

test.each<[string, () => string]>([
  ["an ordinary checkout", () => `${directory}/main`],
  ["no checkout", () => directory],
  [
    "a .git file that names the worktree of another directory",
    () => {
      mkdirSync(`${directory}/evil`);
      writeFileSync(`${directory}/evil/.git`, `gitdir: ${directory}/main/.git/worktrees/linked\n`);
      return `${directory}/evil`;
    },
  ],
  [
    "a .git file that names a repository",
    () => {
      mkdirSync(`${directory}/evil`);
      writeFileSync(`${directory}/evil/.git`, `gitdir: ${directory}/main/.git\n`);
      return `${directory}/evil`;
    },
  ],
  [
    "a .git file that names a directory of its own making, whose commondir leads away",
    () => {
      mkdirSync(`${directory}/evil/fake`, { recursive: true });
      writeFileSync(`${directory}/evil/.git`, "gitdir: fake\n");
      writeFileSync(`${directory}/evil/fake/commondir`, `${directory}/main/.git\n`);
      writeFileSync(`${directory}/evil/fake/gitdir`, `${directory}/evil/.git\n`);
      return `${directory}/evil`;
    },
  ],
  [
    "an archive that was unpacked beside the user's own things, and calls their directory a repository",
    () => {
      mkdirSync(`${directory}/worktrees/evil`, { recursive: true });
      mkdirSync(`${directory}/evil`);
      writeFileSync(`${directory}/evil/.git`, "gitdir: ../worktrees/evil\n");
      writeFileSync(`${directory}/worktrees/evil/commondir`, "../..\n");
      writeFileSync(`${directory}/worktrees/evil/gitdir`, `${directory}/evil/.git\n`);
      return `${directory}/evil`;
    },
  ],
  [
    "a repository that the home lies in",
    () => {
      git("worktree", "add", "-q", `${directory}/other`);
      renameSync(`${directory}/main/.git`, `${directory}/bare`);
      renameSync(`${directory}/bare`, `${directory}/home`);
      writeFileSync(`${directory}/other/.git`, `gitdir: ${directory}/home/worktrees/other\n`);
      return `${directory}/other`;
    },
  ],
])("%s brings nothing", (_, make) => expect(worktreeMounts(make(), `${directory}/home`)).toEqual([]));
