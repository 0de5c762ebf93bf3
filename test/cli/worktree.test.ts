// git where the repository lies outside of the project, in a real bubblewrap bottle.
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { Home, until } from "../support/tool.ts";

if (whyNoBubblewrap) console.log(`skipped: ${whyNoBubblewrap}`);

test.skipIf(whyNoBubblewrap !== undefined)(
  "a commit in a linked worktree is the user's own and arrives; hooks and configuration of the repository stay as they were",
  async () => {
    using home = new Home();
    home.settings('bottle.backend = "bubblewrap"\nnetwork.mode = "off"\n');
    const git = (cwd: string, ...words: string[]) => {
      const identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];
      const run = Bun.spawnSync(["git", ...identity, ...words], { cwd, env: home.env });
      expect([run.stderr.toString().replace(/^Preparing.*\n/, ""), run.exitCode]).toEqual(["", 0]);
      return run.stdout.toString();
    };
    const [main, linked] = [home.project, `${home.directory}/home/linked`];
    git(main, "init", "-q");
    git(main, "config", "--global", "user.name", "Ann");
    git(main, "config", "--global", "user.email", "ann@example.org");
    git(main, "commit", "-q", "--allow-empty", "-m", "one");
    git(main, "worktree", "add", "-q", linked);
    const before = readFileSync(`${main}/.git/config`, "utf8");
    const script = `echo x >file && git add file && git commit -q -m two && git log --format=%an:%s
      git config core.fsmonitor evil; touch '${main}/.git/hooks/pre-commit' '${main}/.git/evil' '${main}/stolen'`;
    const { stdout } = await home.run(["exec", "--", "sh", "-c", script], { cwd: linked });
    expect(stdout).toBe("Ann:two\nAnn:one\n");
    expect(git(linked, "log", "-1", "--format=%s")).toBe("two\n");
    expect(readFileSync(`${main}/.git/config`, "utf8")).toBe(before);
    const trap = `${main}/.git/worktrees/linked/commondir`;
    const { stderr } = await home.run(["shell", "--", "sh", "-c", `echo '${linked}/evil' >'${trap}'`], { cwd: linked });
    expect(stderr).toContain(
      `the session changed files that git or Claude Code on this machine will run or read as configuration: ../project/.git/worktrees/linked/commondir\n`,
    );
    for (const path of [".git/hooks/pre-commit", ".git/evil", "stolen"])
      expect(existsSync(`${main}/${path}`)).toBe(false);
  },
  30_000,
);

test.skipIf(whyNoBubblewrap !== undefined)("references of a shared repository are deleted, renamed and packed as on this machine", async () => {
  using home = new Home();
  home.settings('bottle.backend = "bubblewrap"\nnetwork.mode = "off"\n');
  const sh = (script: string) => Bun.spawnSync(["sh", "-c", script], { cwd: home.project, env: home.env }).stdout.toString();
  sh(`git init -q -b main; git config --global user.name Ann; git config --global user.email ann@example.org
    echo 1 >f; git add f; git commit -qm one; git branch old; git branch old2; git tag v1; git pack-refs --all
    git commit -q --allow-empty -m two; git worktree add -q ../linked`);
  const cwd = `${home.directory}/home/linked`;
  const exec = async (script: string) => (await home.run(["exec", "--", "sh", "-ec", `exec 2>&1\n${script}`], { cwd })).stdout;
  expect(await exec("git branch t; git branch -d t; git branch -m old2 new2; git branch -d old; git tag -d v1; git tag v2")).toMatch(
    /^Deleted branch t \(.*\nDeleted branch old \(.*\nDeleted tag 'v1' .*\n$/,
  );
  expect(sh("git for-each-ref --format='%(refname)'")).toBe("refs/heads/linked\nrefs/heads/main\nrefs/heads/new2\nrefs/tags/v2\n");
  const conflict = `git checkout -q -b side; echo 2 >f; git commit -qam side; git checkout -q linked; echo 3 >f; git commit -qam three
    git cherry-pick side >/dev/null || git cherry-pick --abort; git rebase side >/dev/null || git rebase --abort
    git bisect start HEAD HEAD~2 >/dev/null; git bisect reset >/dev/null; echo 4 >f; git stash -q; git stash drop -q; git status --short --branch`;
  expect(await exec(conflict)).toMatch(/(?:^|\n)## linked\n$/);
  // The list of packed references is the repository's own again, which is packed here while a command runs there.
  sh("git pack-refs --all");
  const meanwhile = "git branch u; git branch -d u; touch ready; while [ ! -e go ]; do sleep 0.05; done; rm ready go; git log -1 --format=%s";
  const running = exec(meanwhile);
  await until(() => existsSync(`${cwd}/ready`));
  sh("git pack-refs --all; touch ../linked/go");
  expect(await running).toMatch(/\nthree\n$/);
  // What was packed there is here again when the command ends, and what is packed here is seen there.
  expect(await exec("git pack-refs --all; git branch --format='%(refname:short)'")).toBe("linked\nmain\nnew2\nside\n");
  expect(sh("git branch --format='%(refname:short)'; git branch here; git pack-refs --all")).toBe("linked\nmain\nnew2\nside\n");
  expect(await exec("git branch --format='%(refname:short)'; git fsck --no-dangling")).toBe("here\nlinked\nmain\nnew2\nside\n");
  // It has settings of its own, and none of the host's.
  await exec("git config core.fsmonitor evil; git config extensions.worktreeConfig true; echo evil >../project/.git/commondir");
  expect(sh("git config core.fsmonitor; git config extensions.worktreeConfig; ls .git/commondir .git/hooks/reference-transaction 2>/dev/null")).toBe("");
  const { stderr } = await home.run(["shell", "--", "sh", "-c", "ln -s /etc/nowhere ../project/.git/logs/refs/heads/x"], { cwd });
  expect(stderr).toContain("configuration: ../project/.git/logs/refs/heads/x\n");
  await home.run(["rm", "--force"], { cwd });
  expect(existsSync(`${home.directory}/state/claude-bottle/repositories`) && readdirSync(`${home.directory}/state/claude-bottle/repositories`)).toEqual([]);
}, 60_000); // prettier-ignore

test.skipIf(whyNoBubblewrap !== undefined)("a submodule is the project, and what its session leaves for git here is told", async () => {
  using home = new Home();
  home.settings('bottle.backend = "bubblewrap"\nnetwork.mode = "off"\n');
  const script = `set -e; git config --global user.name Ann; git config --global user.email ann@example.org
    git init -q lib; git -C lib commit -q --allow-empty -m one; git init -q project
    git -C project -c protocol.file.allow=always submodule --quiet add ../lib vendor/lib 2>&1`;
  expect(Bun.spawnSync(["sh", "-c", script], { cwd: `${home.project}/..`, env: home.env }).stdout.toString()).toBe("");
  const cwd = `${home.project}/vendor/lib`;
  const { stdout } = await home.run(["exec", "--", "sh", "-c", "git branch -m trunk && git commit -q --allow-empty -m two; git log --format=%an:%s"], { cwd });
  expect(stdout).toBe("Ann:two\nAnn:one\n");
  const plant = `cd "$(git rev-parse --git-dir)"; echo evil >hooks/post-checkout; echo ../evil >commondir; ln -s /etc/nowhere logs/refs/heads/x`;
  const { stderr } = await home.run(["shell", "--", "sh", "-c", plant], { cwd });
  const below = "../../.git/modules/vendor/lib";
  expect(stderr).toContain(`configuration: ${["commondir", "hooks/post-checkout", "logs/refs/heads/x"].map((name) => `${below}/${name}`).join(", ")}\n`);
}, 30_000); // prettier-ignore
