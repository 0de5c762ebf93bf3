// `run --worktree` makes branch, worktree and bottle in one, and `rm` takes back what is not needed. Over bubblewrap.
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { kinds } from "../conformance/place.ts";
import { Home, until } from "../support/tool.ts";

const whyNot = kinds.find(({ name }) => name.startsWith("bubblewrap as root"))?.whyNot;
if (whyNot !== undefined) console.log(`worktrees in bubblewrap: skipped, ${whyNot}`);

function repository(): Home {
  const home = new Home();
  home.settings(
    '[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "open"\n[agents.claude]\ncommand = "sh"\nargs = ["-c"]\n',
  );
  home.manifest('[env]\nA = "b"\n[[mounts]]\nsource = "../shared"\ntarget = "/srv/shared"\n');
  Bun.spawnSync(["mkdir", `${home.directory}/home/shared`]);
  git(home, "init", "-q", "-b", "main");
  git(home, "config", "--global", "user.name", "Ann");
  git(home, "config", "--global", "user.email", "ann@example.org");
  git(home, "add", ".");
  git(home, "commit", "-qm", "first");
  return home;
}

const git = (home: Home, ...words: string[]) =>
  Bun.spawnSync(["git", ...words], { cwd: home.project, env: home.env })
    .stdout.toString()
    .trim();

test.skipIf(whyNot !== undefined)("two worktrees at work, and rm leaves the repository with the merged work alone", async () => {
  using home = repository();
  const { hash } = JSON.parse((await home.run(["trust", "--json"])).stdout) as { hash: string };
  expect((await home.run(["trust", "--accept", hash])).code).toBe(0);
  const run = (name: string, script: string) => home.run(["run", "--worktree", name, "--", script]);
  const first = await run("a", 'echo a >a && git add a && git commit -qm "add a" && git branch --show-current');
  expect(first).toMatchObject({ stdout: "a\n", code: 0 });
  expect(first.stderr).toContain('created worktree "~/home/project-a" of branch "a"\n');
  expect(await run("feat/b", "echo b >b; pwd")).toMatchObject({ stdout: "~/home/project-feat-b\n", code: 0 });
  expect(git(home, "branch", "--format=%(refname:short)")).toBe("a\nfeat/b\nmain");

  const b = await home.run(["rm", "--force"], { cwd: `${home.project}-feat-b` });
  expect(b.stderr).toContain('kept worktree "~/home/project-feat-b" of branch "feat/b": 1 file that git does not track\n');
  Bun.spawnSync(["rm", `${home.project}-feat-b/b`]);
  const kept = await home.run(["rm", "--force"], { cwd: `${home.project}-a` });
  expect(kept.stderr).toContain('kept worktree "~/home/project-a" of branch "a": 1 commit that no other branch has\n');
  git(home, "merge", "-q", "a");

  for (const name of ["a", "feat/b"]) {
    expect((await run(name, "true")).code).toBe(0);
    const cwd = `${home.project}-${name.replace("/", "-")}`;
    expect((await home.run(["rm", "--force"], { cwd })).stderr).toContain(`and branch "${name}"\n`);
    expect(existsSync(cwd)).toBe(false);
  }
  expect(git(home, "branch", "--format=%(refname:short)")).toBe("main");
  expect(git(home, "worktree", "list").split("\n").length).toBe(1);
  expect(git(home, "ls-files")).toBe("a\nbottle.toml");
}, 90_000); // prettier-ignore

test.skipIf(whyNot !== undefined)("two agents at once, each in a worktree that ls and the dashboard show, leave the repository with the merged work", async () => {
  using home = repository();
  const { hash } = JSON.parse((await home.run(["trust", "--json"])).stdout) as { hash: string };
  await home.run(["trust", "--accept", hash]);
  const state = () => ["for-each-ref --format=%(refname)", "worktree list", "config --local --list", "stash list", "status --short"].map((words) => git(home, ...words.split(" ")).replace(/ [0-9a-f]{7} /, " ID "));
  const before = state();
  const cwd = (name: string) => `${home.project}-${name}`;
  const agents = ["a", "b"].map((name) => {
    const script = `echo ${name} >${name}; touch started; while [ ! -e go ]; do sleep 0.05; done; rm started go; git add . && git commit -qm ${name}; git branch t-${name}; git branch -d t-${name}`;
    return { name, session: home.start(["run", "--worktree", name, "--", script]) };
  });
  await until(() => agents.every(({ name }) => existsSync(`${cwd(name)}/started`)));
  const { stdout } = await home.run(["ls"]);
  for (const { name } of agents) expect(stdout).toContain(`1 session  ~/home/project-${name} (worktree of ${name})\n`);
  const third = await home.run(["run", "--worktree", "a", "--", "true"]);
  expect(third.stderr).toContain("another agent works in this directory, and both edit the same files\n  to work beside it: claude-bottle run --worktree NAME\n");
  for (const { name } of agents) writeFileSync(`${cwd(name)}/go`, "");
  for (const { session } of agents) expect((await home.finish(session)).code).toBe(0);
  const shown = (await home.run(["dashboard", "--once"])).stdout;
  for (const { name } of agents) expect(shown).toMatch(new RegExp(`project-${name} .*worktree of ${name}\n`));
  for (const { name } of agents) git(home, "merge", "-q", "--no-edit", name);
  for (const { name } of agents)
    expect((await home.run(["rm", "--force"], { cwd: cwd(name) })).stderr).toContain(`removed worktree "~/home/project-${name}" and branch "${name}"\n`);
  expect([state(), git(home, "ls-files"), (await home.run(["ls", "--json"])).stdout]).toEqual([before, "a\nb\nbottle.toml", "[]\n"]);
}, 90_000); // prettier-ignore

test.skipIf(whyNot !== undefined)("a hook or filter of the repository does not run, and bad names are one line", async () => {
  using home = repository();
  const mark = `${home.directory}/mark`;
  writeFileSync(`${home.project}/.git/hooks/post-checkout`, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  git(home, "config", "filter.trap.smudge", `touch ${mark}; cat`);
  git(home, "config", "filter.trap.required", "true");
  writeFileSync(`${home.project}/.gitattributes`, "* filter=trap\n");
  git(home, "add", ".");
  git(home, "commit", "-qm", "attributes");
  Bun.spawnSync(["rm", "-f", mark]);
  const dry = await home.run(["run", "--worktree", "x", "--dry-run"]);
  expect(dry.stdout).toContain("worktree add --quiet -b x ~/home/project-x");
  expect(existsSync(`${home.project}-x`)).toBe(false);
  await home.run(["run", "--worktree", "x", "--", "true"]);
  expect([existsSync(`${home.project}-x/bottle.toml`), existsSync(mark)]).toEqual([true, false]);
  const partial = { "core.repositoryFormatVersion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true", "remote.origin.url": "ssh://x/y", "core.sshCommand": `touch ${mark};false` };
  for (const [key, value] of Object.entries(partial)) git(home, "config", key, value);
  await home.run(["run", "--worktree", "z", "--from", "1".repeat(40)]);
  expect(existsSync(mark)).toBe(false);
  for (const [words, message] of [
    [["--worktree", "../y"], 'claude-bottle: "../y" cannot name a branch and a directory\n'],
    [["--worktree", "y", "--from", "nowhere"], 'claude-bottle: git: there is no commit "nowhere"\n'],
    [["--from", "main"], "claude-bottle: --from works only with --worktree\n"],
  ] as const) {
    const { stderr, code } = await home.run(["run", ...words]);
    expect([stderr.startsWith(message), code]).toEqual([true, 2]);
  }
}, 60_000); // prettier-ignore
