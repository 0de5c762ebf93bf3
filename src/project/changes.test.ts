import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { realSystem } from "../system/real.ts";
import { changesOf } from "./changes.ts";

let directory: string;
const git = (cwd: string, ...words: string[]) =>
  Bun.spawnSync(["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", ...words], { cwd });

beforeEach(() => {
  directory = realpathSync(mkdtempSync(`${tmpdir()}/changes-`));
  mkdirSync(`${directory}/shop`);
  git(`${directory}/shop`, "init", "-q");
  writeFileSync(`${directory}/shop/list`, "one\ntwo\nthree\n");
  git(`${directory}/shop`, "add", ".");
  git(`${directory}/shop`, "commit", "-qm", "first");
});
afterEach(() => rmSync(directory, { recursive: true }));

const changes = (project = `${directory}/shop`) =>
  changesOf(
    realSystem({ ...process.env, HOME: directory, XDG_CACHE_HOME: directory } as Record<string, string>),
    project,
  );

test("lines in tracked files, staged or not", async () => {
  expect(await changes()).toEqual({ added: 0, removed: 0, untracked: 0 });
  writeFileSync(`${directory}/shop/list`, "one\nthree\nfour\nfive\n");
  git(`${directory}/shop`, "add", ".");
  expect(await changes()).toEqual({ added: 2, removed: 1, untracked: 0 });
  appendFileSync(`${directory}/shop/list`, "six\n");
  writeFileSync(`${directory}/shop/untracked`, "not yet\n");
  expect(await changes()).toEqual({ added: 3, removed: 1, untracked: 0 });
  git(`${directory}/shop`, "commit", "-qam", "second");
  git(`${directory}/shop`, "pack-refs", "--all");
  expect(await changes()).toEqual({ added: 0, removed: 0, untracked: 0 });
});

test("a linked worktree has its own", async () => {
  git(`${directory}/shop`, "worktree", "add", "-q", "../other", "-b", "other");
  appendFileSync(`${directory}/other/list`, "four\n");
  expect(await changes(`${directory}/other`)).toEqual({ added: 1, removed: 0, untracked: 0 });
});

test("no program that the repository names is run, and it is not written to", async () => {
  const marks = [`${directory}/mark`];
  const program = `touch ${directory}/mark;`;
  for (const [name, value] of [
    ["core.fsmonitor", program], ["diff.external", program], ["filter.trap.clean", program], ["diff.trap.textconv", program],
    ["core.pager", program], ["core.sshCommand", program],
  ] as const) git(`${directory}/shop`, "config", name, value); // prettier-ignore
  writeFileSync(`${directory}/shop/.gitattributes`, "* filter=trap diff=trap\n");
  writeFileSync(`${directory}/shop/.git/info/attributes`, "* filter=trap diff=trap\n");
  writeFileSync(`${directory}/shop/list`, "other\n");
  const index = Bun.hash(await Bun.file(`${directory}/shop/.git/index`).bytes());
  expect(await changes()).toEqual({ added: 1, removed: 3, untracked: 0 });
  expect(marks.filter(existsSync)).toEqual([]);
  expect(Bun.hash(await Bun.file(`${directory}/shop/.git/index`).bytes())).toBe(index);
});

test("what is no repository, or has no commit, has no numbers", async () => {
  expect(await changes(directory)).toBeUndefined();
  mkdirSync(`${directory}/new`);
  git(`${directory}/new`, "init", "-q");
  expect(await changes(`${directory}/new`)).toBeUndefined();
});
