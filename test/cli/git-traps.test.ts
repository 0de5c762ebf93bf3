// What a session leaves in .git for git on this machine to obey.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool, until } from "../support/tool.ts";

const said = (paths: string) =>
  `claude-bottle: warning: the session changed files that git or Claude Code on this machine will run or read as configuration: ${paths}\n  review them before you use either of them here\n`;

if (whyNoBubblewrap) console.log(`git traps of a terminal's session skipped: ${whyNoBubblewrap}`);
test.skipIf(whyNoBubblewrap !== undefined)("on a terminal, in bubblewrap, whose sessions have none of our variables", async () => {
  using home = new Home();
  home.settings('bottle.backend = "bubblewrap"\nnetwork.mode = "off"\n');
  home.manifest("");
  Bun.spawnSync(["git", "init", "-q"], { cwd: home.project, env: home.env });
  await using screen = new Screen([...tool, "shell", "--", "sh", "-c", "echo evil >.git/hooks/pre-commit"], { cwd: home.project, env: home.env, columns: 150, rows: 30 });
  expect(await screen.process.exited).toBe(0);
  await screen.until(said(".git/hooks/pre-commit").split("\n")[0] ?? "");
  expect((await home.run(["ls", "--json"])).stdout).not.toContain('"shell"');
}, 30_000); // prettier-ignore

test("what the configuration names in the project is looked at as well", async () => {
  using home = new Home();
  const git = (...words: string[]) => Bun.spawnSync(["git", ...words], { cwd: home.project, env: home.env });
  git("init", "-q");
  git("config", "core.hooksPath", "hooks");
  git("config", "core.fsmonitor", "./watch --all");
  git("config", "include.path", "../shared");
  writeFileSync(`${home.project}/shared`, "[include]\npath = shared\n");
  await home.run(["exec", "--", "true"]);
  const script = "mkdir hooks; echo evil | tee hooks/pre-push watch >>shared";
  const stderr = said("hooks/pre-push, shared, watch");
  expect(await home.run(["shell", "--", "sh", "-c", script])).toEqual({ stdout: "", stderr, code: 0 });
});

test.each([
  ["a hook", "echo evil >.git/hooks/pre-commit", said(".git/hooks/pre-commit")],
  ["a program in the configuration", "git config core.fsmonitor evil", said(".git/config")],
  ["another configuration in its place", "echo ../evil >.git/commondir", said(".git/commondir")],
  ["another repository in its place", "mv .git old; echo 'gitdir: evil' >.git", said(".git, old/hooks/post-commit")],
  ["a submodule's hook", "git init -q --bare .git/modules/a/b; echo evil >.git/modules/a/b/hooks/update", said(".git/modules/a/b/hooks/update")],
  ["a hook that is a link out of the project", "ln -s /etc/passwd .git/hooks/pre-push", said(".git/hooks/pre-push")],
  ["a hook without an end", "ln -s /proc/self/pagemap .git/hooks/pre-push; truncate -s 3G .git/hooks/post-merge", said(".git/hooks/post-merge, .git/hooks/pre-push")],
  ["more hooks than anybody reads", "for i in $(seq 1000); do echo >.git/hooks/$i; done", said(".git/hooks")],
  ["a pipe, which is not read", "mkfifo .git/hooks/pre-push", ""],
  ["a clone and a new repository", "git clone -q . new 2>/dev/null; git init -q other; git -C other remote add o https://example.org/a.git", ""],
  ["commits and branches that follow others", "git config branch.main.remote origin; git config branch.main.merge refs/heads/main; echo x >x; git add x; git -c user.name=a -c user.email=b commit -qm x", ""],
])("after a session that leaves %s", async (_, script, stderr) => {
  using home = new Home();
  const git = (...words: string[]) => Bun.spawnSync(["git", ...words], { cwd: home.project, env: home.env });
  git("init", "-q");
  writeFileSync(`${home.project}/.git/hooks/post-commit`, "#!/bin/sh\n", { mode: 0o755 });
  await home.run(["exec", "--", "true"]);
  expect(await home.run(["shell", "--", "sh", "-c", script])).toEqual({ stdout: "", stderr, code: 0 });
}); // prettier-ignore

// Each of these ran a program of the session's on the host, or wrote where it said, and was not told.
test.each([
  ["a hook of a repository below", "echo evil >one/.git/hooks/post-checkout", "one/.git/hooks/post-checkout"],
  ["a program for a repository below", "git -C one config core.fsmonitor ./evil", "one/.git/config"],
  ["a clone, and a program for it", "git clone -q one new 2>&1; git -C new config core.fsmonitor ./evil", "new/.git/config"],
  ["a new repository with a program", "mkdir new; git -C new init -q; git -C new config core.fsmonitor ./evil", "new/.git/config"],
  ["a bare repository that was not there", "git init -q --bare bare.dir; git -C bare.dir config core.fsmonitor ./x", "bare.dir/config"],
  ["a hook of the bare repository that .git names", "echo evil >tree/.bare/hooks/pre-push", "tree/.bare/hooks/pre-push"],
  ["husky's script beside its own directory", "echo evil >.husky/pre-commit", ".husky/pre-commit"],
  ["the script of an alias", "echo evil >al.sh", "al.sh"],
  ["the script of a filter, after an interpreter", "echo evil >tools/clean.sh", "tools/clean.sh"],
  ["the program of a diff driver", "echo evil >diff.sh", "diff.sh"],
  ["a link in the place of a file that git writes", "ln -s /etc/nowhere .git/COMMIT_EDITMSG", ".git/COMMIT_EDITMSG"],
  ["a link for a branch below", "ln -s /etc/nowhere one/.git/refs/heads/x", "one/.git/refs/heads/x"],
  [
    "links where git writes, and repositories of odd forms",
    `mkdir -p .git/logs .git/refs/heads/objects a; for link in .git/logs/HEAD .git/refs/heads/objects/x tree/.bare/FETCH_HEAD; do ln -s /etc/nowhere $link; done
      git init -q --bare b; ln -sf refs/heads/main b/HEAD; git -C b config core.fsmonitor ./x; git init -q --bare c; mv c/HEAD a; echo ../c >a/commondir`,
    ".git/logs/HEAD, .git/refs/heads/objects/x, a/commondir, b/HEAD, b/config, tree/.bare/FETCH_HEAD",
  ],
  [
    "what the user's own settings name, and what is named by its whole path",
    "mkdir .githooks one/.githooks; echo evil | tee .githooks/pre-push one/.githooks/pre-push users.sh whole.sh >/dev/null",
    ".githooks/pre-push, one/.githooks/pre-push, users.sh, whole.sh",
  ],
  ["a hook that the user's settings name, and a configuration that git refuses", "mkdir .githooks; echo evil >.githooks/pre-push; echo [ >>.git/config", ".git/config, .githooks/pre-push"],
  ["hooks of Claude Code", `mkdir .claude; echo '{"hooks":{}}' >.claude/settings.json`, ".claude/settings.json"],
])("after a session that leaves %s", async (_, script, path) => {
  using home = new Home();
  const git = (...words: string[]) => Bun.spawnSync(["git", ...words], { cwd: home.project, env: home.env });
  git("init", "-q");
  mkdirSync(`${home.project}/.husky/_`, { recursive: true });
  mkdirSync(`${home.project}/tools`);
  git("config", "core.hooksPath", ".husky/_");
  git("config", "alias.go", "!./al.sh");
  git("config", "alias.whole", `!${home.project}/whole.sh`);
  git("config", "--global", "core.hooksPath", ".githooks");
  git("config", "--global", "alias.users", "!~/project/users.sh");
  git("config", "filter.x.clean", "sh tools/clean.sh");
  git("config", "diff.x.command", "./diff.sh");
  git("init", "-q", "one");
  git("init", "-q", "--bare", "tree/.bare");
  writeFileSync(`${home.project}/tree/.git`, "gitdir: ./.bare\n");
  await home.run(["exec", "--", "true"]);
  const { stderr, code } = await home.run(["shell", "--", "sh", "-c", script]);
  expect([stderr, code]).toEqual([said(path), 0]);
  expect((await home.run(["shell", "--", "true"])).stderr).toBe("");
}); // prettier-ignore

test("what Claude itself writes in its settings is no news", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  const script = `mkdir .claude; echo '{"permissions":{"allow":["Bash(ls)"]}}' >.claude/settings.local.json`;
  expect(await home.run(["shell", "--", "sh", "-c", script])).toEqual({ stdout: "", stderr: "", code: 0 });
});

test("what an exec changed is told before the next session", async () => {
  using home = new Home();
  Bun.spawnSync(["git", "init", "-q"], { cwd: home.project, env: home.env });
  await home.run(["exec", "--", "sh", "-c", "echo evil >.git/hooks/pre-push"]);
  const told = said(".git/hooks/pre-push").replace("the session", "an earlier session");
  expect((await home.run(["shell", "--", "true"])).stderr).toBe(told);
});

test("what was told to a terminal that is gone is told again, until somebody can have read it", async () => {
  using home = new Home();
  Bun.spawnSync(["git", "init", "-q"], { cwd: home.project, env: home.env });
  await home.run(["exec", "--", "true"]);
  const script = `echo evil >.git/hooks/pre-push; touch planted; exec sleep 1000`;
  const session = [...tool, "shell", "--", "sh", "-c", script];
  await using screen = new Screen(session, { cwd: home.project, env: home.env });
  await until(() => existsSync(`${home.project}/planted`));
  screen.close();
  await screen.process.exited;
  const told = said(".git/hooks/pre-push").replace("the session", "an earlier session");
  for (let time = 1; time <= 2; time += 1) expect((await home.run(["shell", "--", "true"])).stderr).toBe(told);
  await using seen = new Screen([...tool, "shell", "--", "true"], { cwd: home.project, env: home.env, columns: 200 });
  expect(await seen.process.exited).toBe(0);
  await seen.until("an earlier session changed files");
  expect((await home.run(["shell", "--", "true"])).stderr).toBe("");
}, 60_000);
