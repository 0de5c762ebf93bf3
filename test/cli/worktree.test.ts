// git where the repository lies outside of the project, in a real bubblewrap bottle.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { Home } from "../support/tool.ts";

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
