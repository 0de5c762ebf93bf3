// What a session leaves in .git for git on this machine to obey.
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { Home } from "../support/tool.ts";

const said = (paths: string) =>
  `claude-bottle: the session changed what git on this machine obeys: ${paths}\n  look at it before you use git here\n`;

test.each([
  ["a hook", "echo evil >.git/hooks/pre-commit", said(".git/hooks/pre-commit")],
  ["a program in the configuration", "git config core.fsmonitor evil", said(".git/config")],
  ["another configuration in its place", "echo ../evil >.git/commondir", said(".git/commondir")],
  ["another repository in its place", "mv .git old; echo 'gitdir: evil' >.git", said(".git")],
  ["a submodule's hook", "git init -q --bare .git/modules/a/b; echo evil >.git/modules/a/b/hooks/update", said(".git/modules/a/b/config, .git/modules/a/b/hooks/update")],
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
