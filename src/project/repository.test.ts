import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { copiedPlan } from "../backends/copied.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { repositoryLacks, repositoryMounts } from "./repository.ts";
import { prepareView } from "./shared-repository.ts";

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
  expect(repositoryMounts(`${directory}/linked`, { home: "/home/ann" })).toEqual([
    { source: common, target: common, mode: "ro", part: "repository" },
    ...["objects", "refs", "logs", "worktrees/linked"].map((name) => ({
      source: `${common}/${name}`,
      target: `${common}/${name}`,
      mode: "rw" as const,
      part: "repository" as const,
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
    "an archive that made a whole repository of the directory that it was unpacked in",
    () => {
      for (const name of ["objects", "refs", "worktrees/evil", "evil"])
        mkdirSync(`${directory}/${name}`, { recursive: true });
      writeFileSync(`${directory}/HEAD`, "ref: refs/heads/main\n");
      writeFileSync(`${directory}/evil/.git`, "gitdir: ../worktrees/evil\n");
      writeFileSync(`${directory}/worktrees/evil/HEAD`, "ref: refs/heads/main\n");
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
])("%s brings nothing", (_, make) => expect(repositoryMounts(make(), { home: `${directory}/home` })).toEqual([]));

const clone = (...words: string[]) => git("clone", "-q", ...words);
const place = { home: "/home/ann" };

test("a submodule brings its repository, which names it, at any path", () => {
  mkdirSync(`${directory}/My Projects`);
  git("init", "-q", `${directory}/My Projects/super`);
  git("-C", `${directory}/My Projects/super`, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", `${directory}/main`, "vendor/lib");
  const [project, path] = [`${directory}/My Projects/super/vendor/lib`, `${directory}/My Projects/super/.git/modules/vendor/lib`];
  expect(repositoryMounts(project, place)).toEqual([{ source: path, target: path, mode: "rw", part: "repository" }]);
  expect(repositoryMounts(project, { ...place, isPlainOnly: true })).toEqual([]);
  expect(repositoryLacks(project, [], { ...place, isPlainOnly: true })).toEqual([
    `git finds no repository in the bottle: "${path}" is a path that smolvm cannot mount`,
  ]);
  expect(repositoryLacks(project, repositoryMounts(project, place), place)).toEqual([]);
}); // prettier-ignore

// Of each: what the one line says after "git ... in the bottle: ", and what the user may share to be rid of it.
test.each<[string, () => string, (directory: string) => [string, string]]>([
  [
    "a clone that borrows objects",
    () => (clone("--shared", `${directory}/main`, `${directory}/shared`), `${directory}/shared`),
    (directory) => [`the repository borrows those of "${directory}/main/.git/objects"`, `${directory}/main/.git/objects`],
  ],
  [
    "a repository that does not name its worktree",
    () => (git("init", "-q", "--separate-git-dir", `${directory}/apart.git`, `${directory}/apart`), `${directory}/apart`),
    (directory) => [`"${directory}/apart.git" does not name this directory as its worktree`, `${directory}/apart.git`],
  ],
  [
    "a worktree that was moved",
    () => (renameSync(`${directory}/linked`, `${directory}/moved`), `${directory}/moved`),
    (directory) => [`"${directory}/main/.git" does not name this directory as its worktree; try git worktree repair`, `${directory}/main`],
  ],
  [
    "a directory below the repository's top",
    () => (mkdirSync(`${directory}/main/sub`), `${directory}/main/sub`),
    (directory) => [`it is in "${directory}/main", above the project; start claude-bottle there`, `${directory}/main`],
  ],
  [
    "a link in place of .git",
    () => {
      mkdirSync(`${directory}/by-link`);
      symlinkSync(`${directory}/main/.git`, `${directory}/by-link/.git`);
      return `${directory}/by-link`;
    },
    (directory) => [`"${directory}/by-link/.git" is a link to "${directory}/main/.git", which is outside the project`, `${directory}/main`],
  ],
])("%s is said in one line, unless what it lacks is shared", (_, make, said) => {
  const project = make();
  const [text, path] = said(directory);
  expect(repositoryMounts(project, place)).toEqual([]);
  expect(repositoryLacks(project, [], place)).toEqual([expect.stringContaining(`in the bottle: ${text}`)]);
  expect(repositoryLacks(project, [{ source: path, target: path, mode: "ro" }], place)).toEqual([]);
}); // prettier-ignore

test("nothing is lacking in an ordinary checkout, a linked worktree and no repository", () => {
  for (const name of ["main", "linked", ""]) {
    const project = name === "" ? directory : `${directory}/${name}`;
    const withView = { ...place, view: `${directory}/view` };
    expect(repositoryLacks(project, repositoryMounts(project, withView), withView)).toEqual([]);
  }
});

test("references in tables are shared as those in files", () => {
  mkdirSync(`${directory}/main/.git/reftable`);
  for (const view of [undefined, `${directory}/view`])
    expect(repositoryMounts(`${directory}/linked`, { ...place, view })).toContainEqual(
      { source: `${directory}/main/.git/reftable`, target: `${directory}/main/.git/reftable`, mode: "rw", part: "repository" },
    );
}); // prettier-ignore

test("a backend without paths of its own says what git cannot do in a linked worktree", () => {
  const project = `${directory}/linked`;
  expect(repositoryLacks(project, repositoryMounts(project, place), place)).toEqual([
    expect.stringContaining("git cannot delete references in the bottle"),
  ]);
});

test("the bottle's own configuration has no extension that older versions of git refuse", () => {
  const config = `${directory}/main/.git/config`;
  writeFileSync(
    config,
    `${readFileSync(config, "utf8")}[extensions]\n\trelativeWorktrees = true\n\tobjectFormat = sha1\n`,
  );
  const withView = { ...place, view: `${directory}/view` };
  const mounts = repositoryMounts(`${directory}/linked`, withView);
  prepareView({ directory: `${directory}/linked`, mounts });
  const own = readFileSync(`${directory}/view/shown/config`, "utf8");
  expect([own.includes("relativeWorktrees"), own.includes("objectFormat")]).toEqual([false, true]);
});

test("an extension that the bottle's git may be too old for is said, but for a linked worktree and the host's own git", () => {
  const config = `${directory}/main/.git/config`;
  writeFileSync(
    config,
    `${readFileSync(config, "utf8")}[extensions]\n\trelativeWorktrees = true\n\trefStorage = files\n`,
  );
  const other = { ...place, isOtherGit: true };
  expect(repositoryLacks(`${directory}/main`, [], other)).toEqual([
    "git in the bottle must be 2.48 or newer: the repository has extensions.relativeworktrees",
  ]);
  expect(repositoryLacks(`${directory}/main`, [], place)).toEqual([]);
  const withView = { ...other, view: `${directory}/view` };
  expect(repositoryLacks(`${directory}/linked`, repositoryMounts(`${directory}/linked`, withView), withView)).toEqual(
    [],
  );
});

test("a bottle with a copy of the project has no part of its repository, and says so", () => {
  const mounts = repositoryMounts(`${directory}/linked`, place);
  const plan = { backend: "docker", mounts, network: {} } as unknown as BottlePlan;
  const copied = copiedPlan(plan, { place: "engine is on another machine", mounts: "", gateway: "" });
  expect([copied.mounts, copied.copied]).toEqual([[], true]);
  expect(repositoryLacks(`${directory}/linked`, copied.mounts, place)).toEqual([
    `git finds no repository in the bottle: "${directory}/main/.git" is not in the bottle`,
  ]);
});
