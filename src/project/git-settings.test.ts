import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { realSystem } from "../system/real.ts";
import { gitHere } from "./git-settings.ts";

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(`${tmpdir()}/git-settings-`));
  mkdirSync(`${home}/work/shop`, { recursive: true });
  Bun.spawnSync(["git", "init", "-q", `${home}/work/shop`]);
});
afterEach(() => rmSync(home, { recursive: true }));

const write = (name: string, text: string) => {
  mkdirSync(`${home}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
  writeFileSync(`${home}/${name}`, text);
};
const env = () => ({ PATH: process.env.PATH ?? "", HOME: home, GIT_CONFIG_NOSYSTEM: "1" });
const here = (extra: Record<string, string> = {}, hasAgent = false) =>
  gitHere(realSystem({ ...env(), ...extra }), `${home}/work/shop`, { hasAgent });

/** What git reads from it, as `key=value` lines. */
async function read(extra?: Record<string, string>, hasAgent?: boolean) {
  const found = await here(extra, hasAgent);
  write("made", found?.settings.config ?? "");
  const { stdout } = Bun.spawnSync(["git", "config", "--file", `${home}/made`, "--list"]);
  return { lines: stdout.toString().trim().split("\n").filter(Boolean), ...found };
}

test("a conditional include decides by the directory", async () => {
  write(".gitconfig", '[user]\n name = Ada\n email = ada@home.example\n[includeIf "gitdir:~/work/"]\n path = ~/.w\n');
  write(".w", "[user]\n email = ada@corp.example\n");
  expect((await read()).lines).toEqual(["user.name=Ada", "user.email=ada@corp.example"]);
});

test("the XDG file, an include and the environment say who commits", async () => {
  write(".gitconfig", "[safe]\n directory = /srv/x\n");
  write(".config/git/config", "[user]\n name = Ada\n email = a@b.example\n");
  expect((await read()).lines).toEqual(["user.name=Ada", "user.email=a@b.example"]);
  rmSync(`${home}/.config`, { recursive: true });
  const given = { GIT_AUTHOR_NAME: "Bob", GIT_AUTHOR_EMAIL: "b@b.example", GIT_COMMITTER_NAME: "Cy", GIT_COMMITTER_EMAIL: "c@b.example" };
  expect((await read(given)).lines).toEqual([
    "user.name=Bob", "user.email=b@b.example", "committer.name=Cy", "committer.email=c@b.example",
  ]);
  expect((await read()).lines).toEqual([]);
}); // prettier-ignore

test("what changes a commit comes along; programs, files and passwords of this machine stay", async () => {
  write(".ign", ".envrc\n");
  write(
    ".gitconfig",
    `[user]\n name = Ada\n email = a@b.example\n[core]\n excludesFile = ~/.ign\n autocrlf = input\n hooksPath = /x\n fsmonitor = /y\n sshCommand = ssh -v\n editor = vi\n
[url "git@host.example:"]\n insteadOf = https://host.example/\n[url "https://token@host.example/"]\n insteadOf = other:\n[credential]\n helper = store\n[alias]\n st = status -s\n[filter "lfs"]\n clean = git-lfs clean -- %f\n required = true\n`,
  );
  write(".config/git/attributes", "*.png binary\n");
  const { lines, lacks, settings } = await read();
  expect(lines).toEqual([
    "user.name=Ada", "user.email=a@b.example", "core.autocrlf=input", "url.git@host.example:.insteadof=https://host.example/",
    "alias.st=status -s", "filter.lfs.clean=git-lfs clean -- %f", "filter.lfs.required=true",
  ]);
  expect([settings?.ignore, settings?.attributes]).toEqual([".envrc\n", "*.png binary\n"]);
  expect(lacks).toEqual(['git\'s "url.*.insteadof" holds a password and stays on this machine']);
}); // prettier-ignore

test("signing works by the ssh agent, and else is off and said", async () => {
  write(".ssh/id.pub", "ssh-ed25519 AAAAC3 ada@laptop\n");
  write(".gitconfig", "[user]\n name = A\n email = a@b.example\n signingKey = ~/.ssh/id.pub\n[commit]\n gpgSign = true\n[gpg]\n format = ssh\n");
  expect((await read({}, true)).lines.slice(2)).toEqual(["gpg.format=ssh", "user.signingkey=key::ssh-ed25519 AAAAC3", "commit.gpgsign=true"]);
  const { lines, lacks } = await read();
  expect(lines.slice(2)).toEqual(["commit.gpgsign=false"]);
  expect(lacks).toEqual([expect.stringContaining("signing needs your ssh agent")]);
}); // prettier-ignore

test("a value of any text is read back as it was", async () => {
  const value = 'a "b" \\ # ; \t c';
  Bun.spawnSync(["git", "config", "--global", "alias.odd", value], { env: env() });
  expect((await read()).lines).toEqual([`alias.odd=${value}`]);
});

const ofRepository = (...words: string[]) =>
  Bun.spawnSync(["git", "-C", `${home}/work/shop`, "config", ...words], { env: env() });

test("a repository's own settings name no file of the user's for the bottle to read", async () => {
  write(".ssh/id", "a private key\n");
  ofRepository("core.excludesFile", `${home}/.ssh/id`);
  ofRepository("core.attributesFile", `${home}/.ssh/id`);
  write(".config/git/ignore", ".envrc\n");
  const { settings } = await read();
  expect([settings?.ignore, settings?.attributes]).toEqual([".envrc\n", undefined]);
});

test("signing that the repository itself asks for works by the ssh agent, and else is off and said", async () => {
  write(".ssh/id.pub", "ssh-ed25519 AAAAC3 ada@laptop\n");
  for (const [key, value] of [["commit.gpgSign", "true"], ["gpg.format", "ssh"], ["user.signingKey", "~/.ssh/id.pub"]] as const)
    ofRepository(key, value);
  expect((await read({}, true)).settings?.overrides).toEqual([
    ["gpg.format", "ssh"], ["user.signingkey", "key::ssh-ed25519 AAAAC3"], ["commit.gpgsign", "true"],
  ]);
  const { settings, lacks } = await read();
  expect([settings?.overrides, lacks]).toEqual([[["commit.gpgsign", "false"]], [expect.stringContaining("signing needs your ssh agent")]]);
}); // prettier-ignore

test("a list that the user keeps behind links is read, unless a link is in the project", async () => {
  write("dotfiles/git/ignore", ".envrc\n");
  mkdirSync(`${home}/.config`);
  symlinkSync("../dotfiles/git", `${home}/.config/git`);
  expect((await read()).settings?.ignore).toBe(".envrc\n");
  write("work/shop/list", ".idea/\n");
  symlinkSync(`${home}/work/shop/list`, `${home}/.ign`);
  write(".gitconfig", "[core]\n excludesFile = ~/.ign\n");
  expect((await read()).settings?.ignore).toBe(".idea/\n");
  rmSync(`${home}/work/shop/list`);
  symlinkSync(`${home}/dotfiles/git/ignore`, `${home}/work/shop/list`);
  expect((await read()).settings?.ignore).toBe(undefined);
});

test("the environment's settings come along; what needs files or programs of this machine does not", async () => {
  write(".gitconfig", "[init]\n templateDir = ~/t\n defaultBranch = main\n[log]\n showSignature = true\n date = iso\n");
  const given = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "core.autocrlf", GIT_CONFIG_VALUE_0: "input" };
  expect((await read(given)).lines).toEqual(["init.defaultbranch=main", "log.date=iso", "core.autocrlf=input"]);
});
