// Git in a bottle does what git on the host would do in that directory. Over the backends whose git is the host's own.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { kinds } from "../conformance/place.ts";
import { Home } from "../support/tool.ts";

const reasonOf = (backend: string) => kinds.find(({ name }) => name === `${backend} as root`)?.whyNot;
const backends = ["bubblewrap", "landlock"].filter((name) => {
  const reason = reasonOf(name);
  if (reason !== undefined) console.log(`git in ${name}: skipped, ${reason}`);
  return reason === undefined;
});

test.each(backends)(
  "%s: who commits, what is ignored and what a commit holds is decided as on the host, and the repository's own settings win",
  async (backend) => {
    using home = new Home();
    home.settings(`[bottle]\nbackend = "${backend}"\n[network]\nmode = "open"\n`);
    const own = `${home.directory}/home`;
    const shop = `${own}/work/shop`;
    mkdirSync(shop, { recursive: true });
    Bun.spawnSync(["git", "init", "-q", shop]);
    writeFileSync(`${own}/.ign`, ".envrc\n");
    writeFileSync(`${own}/.w`, "[user]\n email = ada@corp.example\n");
    writeFileSync(
      `${own}/.gitconfig`,
      `[user]\n name = Ada\n email = ada@home.example\n[core]\n excludesFile = ~/.ign\n autocrlf = input\n[commit]\n gpgsign = true
[url "git@host.example:"]\n insteadOf = https://host.example/\n[includeIf "gitdir:~/work/"]\n path = ~/.w\n`,
    );
    writeFileSync(`${shop}/.envrc`, "secret\n");
    writeFileSync(`${shop}/list`, "one\r\n");
    const exec = (script: string) => home.run(["exec", "--", "sh", "-c", script], { cwd: shop });
    const first = await exec("git add -A && git commit -qm x && git show --format=%an:%ae --name-only");
    expect(first).toMatchObject({ stdout: "Ada:ada@corp.example\n\nlist\n", code: 0 });
    expect(first.stderr).toContain("commits are not signed in the bottle: it has no gpg agent\n");
    expect((await exec("git cat-file -s HEAD:list; git ls-remote --get-url https://host.example/x")).stdout).toBe(
      "4\ngit@host.example:x\n",
    );
    // A warm start asks git on this machine nothing.
    home.program("git", `touch "${own}/asked"; exit 70`);
    expect((await exec("git log -1 --format=%an")).stdout).toBe("Ada\n");
    home.removeProgram("git");
    expect(existsSync(`${own}/asked`)).toBe(false);
    await exec("git config user.email repo@x.example; git config --global user.name Bob");
    expect((await exec("git commit -q --allow-empty -m y; git log -1 --format=%an:%ae")).stdout).toBe(
      "Bob:repo@x.example\n",
    );
    expect((await home.run(["rm"], { cwd: shop })).stderr).not.toContain("claude-bottle/git");
  },
  60_000,
);
