import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import type { System } from "../system/system.ts";
import { claudeFiles } from "./host-claude.ts";

let home: string;
beforeEach(() => void (home = realpathSync(mkdtempSync(`${tmpdir()}/host-claude-`))));
afterEach(() => rmSync(home, { recursive: true }));

function write(name: string, text = ""): void {
  mkdirSync(dirname(`${home}/${name}`), { recursive: true });
  writeFileSync(`${home}/${name}`, text);
}
const copied = (part: "memory" | "skills") =>
  claudeFiles({ env: { HOME: home }, platform: "linux" } as unknown as System, [part]).map(({ target }) => target.replace("~/.claude/", "")); // prettier-ignore

test("what a skill's symlink leads to elsewhere is copied in its place", () => {
  write(".agents/skills/lint/SKILL.md");
  write(".claude/skills/own/SKILL.md");
  write(".claude/skills/group/x/SKILL.md");
  symlinkSync("../../.agents/skills/lint", `${home}/.claude/skills/lint`);
  symlinkSync("own", `${home}/.claude/skills/alias`);
  symlinkSync("/nowhere", `${home}/.claude/skills/dead`);
  symlinkSync(`${home}/.agents/skills/lint`, `${home}/.claude/skills/group/lint`);
  expect(copied("skills")).toEqual(["skills", "skills/group/lint", "skills/lint"]);
});

test("CLAUDE.md brings what it imports from ~/.claude, and the rules", () => {
  write(".claude/CLAUDE.md", "See @RULES.md and @~/.claude/more/git.md.\nann@example.org, `@code.md`\n```\n@fenced.md\n```\n@../secret.md @none.md");
  write(".claude/RULES.md", "@CLAUDE.md\n@deep.md");
  for (const name of ["more/git.md", "deep.md", "code.md", "fenced.md", "example.org"]) write(`.claude/${name}`);
  write("secret.md");
  expect(copied("memory").sort()).toEqual(["CLAUDE.md", "RULES.md", "deep.md", "more/git.md", "rules"]);
}); // prettier-ignore
