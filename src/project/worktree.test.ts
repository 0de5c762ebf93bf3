import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { worktreeMounts } from "./worktree.ts";

let folder: string;
const git = (...words: string[]) => {
  const env = { PATH: "/usr/bin:/bin", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const { exitCode, stderr } = Bun.spawnSync(
    ["git", "-C", `${folder}/main`, "-c", "user.name=a", "-c", "user.email=a@b", ...words],
    { env },
  );
  expect([stderr.toString(), exitCode].at(1)).toBe(0);
};
beforeEach(() => {
  folder = realpathSync(mkdtempSync(`${tmpdir()}/worktree-`));
  mkdirSync(`${folder}/main`);
  git("init", "-q");
  git("commit", "-q", "--allow-empty", "-m", "one");
  git("worktree", "add", "-q", `${folder}/linked`);
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a linked worktree brings its repository, to write in it no more than a commit does", () => {
  const common = `${folder}/main/.git`;
  expect(worktreeMounts(`${folder}/linked`, "/home/ann")).toEqual([
    { source: common, target: common, mode: "ro" },
    ...["objects", "refs", "logs", "worktrees/linked"].map((name) => ({
      source: `${common}/${name}`,
      target: `${common}/${name}`,
      mode: "rw" as const,
    })),
  ]);
});

test.each<[string, () => string]>([
  ["an ordinary checkout", () => `${folder}/main`],
  ["no checkout", () => folder],
  [
    "a .git file that names the worktree of another folder",
    () => {
      mkdirSync(`${folder}/evil`);
      writeFileSync(`${folder}/evil/.git`, `gitdir: ${folder}/main/.git/worktrees/linked\n`);
      return `${folder}/evil`;
    },
  ],
  [
    "a .git file that names a repository",
    () => {
      mkdirSync(`${folder}/evil`);
      writeFileSync(`${folder}/evil/.git`, `gitdir: ${folder}/main/.git\n`);
      return `${folder}/evil`;
    },
  ],
  [
    "a .git file that names a folder of its own making, whose commondir leads away",
    () => {
      mkdirSync(`${folder}/evil/fake`, { recursive: true });
      writeFileSync(`${folder}/evil/.git`, "gitdir: fake\n");
      writeFileSync(`${folder}/evil/fake/commondir`, `${folder}/main/.git\n`);
      writeFileSync(`${folder}/evil/fake/gitdir`, `${folder}/evil/.git\n`);
      return `${folder}/evil`;
    },
  ],
  [
    "an archive that was unpacked beside the user's own things, and calls their folder a repository",
    () => {
      mkdirSync(`${folder}/worktrees/evil`, { recursive: true });
      mkdirSync(`${folder}/evil`);
      writeFileSync(`${folder}/evil/.git`, "gitdir: ../worktrees/evil\n");
      writeFileSync(`${folder}/worktrees/evil/commondir`, "../..\n");
      writeFileSync(`${folder}/worktrees/evil/gitdir`, `${folder}/evil/.git\n`);
      return `${folder}/evil`;
    },
  ],
  [
    "a repository that the home lies in",
    () => {
      git("worktree", "add", "-q", `${folder}/other`);
      renameSync(`${folder}/main/.git`, `${folder}/bare`);
      renameSync(`${folder}/bare`, `${folder}/home`);
      writeFileSync(`${folder}/other/.git`, `gitdir: ${folder}/home/worktrees/other\n`);
      return `${folder}/other`;
    },
  ],
])("%s brings nothing", (_, make) => expect(worktreeMounts(make(), `${folder}/home`)).toEqual([]));
