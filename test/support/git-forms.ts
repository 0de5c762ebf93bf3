// Forms that a repository can have, and what a person does in one: each form is made on this machine, each operation runs in its bottle.
import { rmSync } from "node:fs";
import type { Home } from "./tool.ts";

type Form = {
  readonly name: string;
  /** A script of sh in the home, where `lib` is a repository with three commits. */
  readonly make: string;
  /** The project, from the home. */
  readonly project: string;
  /** More of the user's settings; `~` is the home. */
  readonly settings?: string;
};

export const forms: readonly Form[] = [
  { name: "ordinary checkout", make: "git clone -q lib app", project: "app" },
  { name: "a path with spaces", make: "mkdir 'My Apps'; git clone -q lib 'My Apps/a b'", project: "My Apps/a b" },
  { name: "shallow clone", make: "git clone -q --depth 1 file://$HOME/lib shallow", project: "shallow" },
  { name: "sparse checkout", make: "git clone -q --sparse lib sparse", project: "sparse" },
  { name: "linked worktree", make: "git -C lib worktree add -q ../linked", project: "linked" },
  {
    name: "linked worktree, paths with spaces",
    make: "mkdir 'My Apps'; git clone -q lib 'My Apps/r'; git -C 'My Apps/r' worktree add -q -b spaced '../a b'",
    project: "My Apps/a b",
  },
  {
    name: "linked worktree, relative paths",
    make: `git -C lib worktree add -q ../near; echo "gitdir: ../lib/.git/worktrees/near" >near/.git; echo ../../../../near/.git >lib/.git/worktrees/near/gitdir`,
    project: "near",
  },
  {
    name: "bare repository, worktree beside it",
    make: "mkdir site; git clone -q --bare lib site/.bare; git -C site/.bare worktree add -q ../work",
    project: "site/work",
  },
  {
    name: "bare repository, worktree in it",
    make: "git clone -q --bare lib store; git -C store worktree add -q work",
    project: "store/work",
  },
  {
    name: "submodule",
    make: "git clone -q lib super; git -C super submodule --quiet add ../lib vendor/lib",
    project: "super/vendor/lib",
  },
  { name: "checkout with a submodule", make: "git clone -q lib super; git -C super submodule --quiet add ../lib sub", project: "super" },
  { name: "shared clone", make: "git clone -q --shared lib shared", project: "shared" },
  {
    name: "shared clone, objects in `[[mounts]]`",
    make: "git clone -q --shared lib shared",
    project: "shared",
    settings: '[[mounts]]\nsource = "~/lib/.git/objects"\n',
  },
  { name: "separate git directory", make: "git clone -q --separate-git-dir apart.git lib apart", project: "apart" },
  {
    name: "separate git directory in `[[mounts]]`",
    make: "git clone -q --separate-git-dir apart.git lib apart",
    project: "apart",
    settings: '[[mounts]]\nsource = "~/apart.git"\nmode = "rw"\n',
  },
  { name: "below the top, without `bottle.toml`", make: "git clone -q lib app; mkdir app/part", project: "app/part" },
]; // prettier-ignore

/** Each is a script of sh in the project, and has to end with 0. */
export const operations: Readonly<Record<string, string>> = {
  status: "git status --short --branch | grep -q '^##'",
  commit: 'echo x >x; git add x; git commit -qm x; test "$(git log -1 --format=%an:%s)" = Ada:x',
  "branch -d": "git branch t; git branch -d t; git branch -m packed moved; git branch -D moved; ! git rev-parse -q --verify moved",
  "tag -d": "git tag t; git tag -d t; ! git rev-parse -q --verify t",
  stash: "echo s >x; git stash -q; git stash pop -q; git stash -q; git stash drop -q; ! git rev-parse -q --verify refs/stash",
  rebase: "git checkout -qb upper; echo u >u; git add u; git commit -qm u; git checkout -q -; echo v >v; git add v; git commit -qm v; git rebase -q upper; test -e u",
  "cherry-pick --abort": "git checkout -qb side; echo 1 >x; git commit -qam 1; git checkout -q -; echo 2 >x; git commit -qam 2; ! git cherry-pick side; git cherry-pick --abort; ! git rev-parse -q --verify CHERRY_PICK_HEAD",
  bisect: "git bisect start HEAD HEAD~2; git bisect run true; git bisect reset; ! git rev-parse -q --verify refs/bisect/bad",
  fetch: "git init -q --bare other.git; git -C other.git config receive.shallowUpdate true; git push -q ./other.git HEAD:refs/heads/there; git fetch -q ./other.git '+refs/heads/*:refs/remotes/other/*'; git rev-parse -q --verify other/there; rm -r other.git",
  filter: "echo '*.up filter=up' >.gitattributes; echo abc >a.up; git add -A; test \"$(git cat-file -p :a.up)\" = ABC; git commit -qm f",
}; // prettier-ignore

/** "yes", "no" where the bottle's start said why, or what went wrong without a word. */
export type Cell = string;

/** What of each form works in bottles of that home, by the operations' names. */
export async function tryForm(home: Home, form: Form, settings: string): Promise<Record<string, Cell>> {
  const own = `${home.directory}/home`;
  const sh = (script: string) => Bun.spawnSync(["sh", "-euc", `exec 2>&1\n${script}`], { cwd: own, env: home.env });
  const made = sh(`${common}${form.make}\ncd "$HOME/${form.project}"\n${references}`);
  if (made.exitCode !== 0) throw new Error(`${form.name}: ${made.stdout}`);
  home.settings(settings + (form.settings ?? "").replaceAll("~", own));
  rmSync(`${home.project}/bottle.toml`, { force: true });
  const cwd = `${own}/${form.project}`;
  const { stderr } = await home.run(["exec", "--", "true"], { cwd });
  const isSaid = /^claude-bottle: git .* in the bottle: /m.test(stderr);
  const script = Object.entries(operations).map(([name, words]) => `(set -e; ${words}) >"$log" 2>&1; said "${name}" $?`);
  const outcome = await home.run(["exec", "--", "sh", "-c", [report, ...script].join("\n")], { cwd });
  const removed = await home.run(["rm", "--force"], { cwd });
  if (removed.code !== 0) throw new Error(`${form.name}: ${removed.stderr}`);
  sh('for name in * .[a-z]*; do case $name in project|.config) ;; *) rm -rf "$name";; esac; done');
  const said = new Map(outcome.stdout.split("\n").map((line) => line.split("\t", 2) as [string, string]));
  return Object.fromEntries(
    Object.keys(operations).map((name) => {
      const words = said.get(name) ?? `nothing came: ${outcome.stderr}`;
      return [name, words === "" ? "yes" : isSaid ? "no" : words];
    }),
  );
} // prettier-ignore

const common = `git config --global user.name Ada; git config --global user.email ada@example.org; git config --global init.defaultBranch main
git config --global protocol.file.allow always; git config --global filter.up.clean 'tr a-z A-Z'
git init -q lib; for i in 1 2 3; do echo $i >lib/f; git -C lib add f; git -C lib commit -qm $i; done\n`;

/** A branch that only the packed list has. A project below the top is as good as one at it. */
const references = "git branch packed; git pack-refs --all\n";

/** A subshell in \`&&\` would lose \`set -e\`; the log lies where git does not look. */
const report = `log=$(mktemp); said() { printf '%s\\t%s\\n' "$1" "$([ "$2" = 0 ] || { tail -n 1 "$log" | tr '\\t\\n' '  '; echo "status $2"; })"; }`;
