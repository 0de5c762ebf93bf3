// What a session leaves in .git for git on this machine to obey.
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool } from "../support/tool.ts";

const said = (paths: string) =>
  `claude-bottle: the session changed what git on this machine obeys: ${paths}\n  look at it before you use git here\n`;

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
  ["another repository in its place", "mv .git old; echo 'gitdir: evil' >.git", said(".git")],
  ["a submodule's hook", "git init -q --bare .git/modules/a/b; echo evil >.git/modules/a/b/hooks/update", said(".git/modules/a/b/config, .git/modules/a/b/hooks/update")],
  ["a hook that is a link out of the project", "ln -s /etc/passwd .git/hooks/pre-push", said(".git/hooks/pre-push")],
  ["a hook without an end", "ln -s /proc/self/pagemap .git/hooks/pre-push; truncate -s 3G .git/hooks/post-merge", said(".git/hooks/post-merge, .git/hooks/pre-push")],
  ["more hooks than anybody reads", "for i in $(seq 1000); do echo >.git/hooks/$i; done", said(".git/hooks")],
  ["a pipe, which is not read", "mkfifo .git/hooks/pre-push", ""],
  ["commits and branches that follow others", "git config branch.main.remote origin; git config branch.main.merge refs/heads/main; echo x >x; git add x; git -c user.name=a -c user.email=b commit -qm x", ""],
])("after a session that leaves %s", async (_, script, stderr) => {
  using home = new Home();
  const git = (...words: string[]) => Bun.spawnSync(["git", ...words], { cwd: home.project, env: home.env });
  git("init", "-q");
  writeFileSync(`${home.project}/.git/hooks/post-commit`, "#!/bin/sh\n", { mode: 0o755 });
  await home.run(["exec", "--", "true"]);
  expect(await home.run(["shell", "--", "sh", "-c", script])).toEqual({ stdout: "", stderr, code: 0 });
}); // prettier-ignore
