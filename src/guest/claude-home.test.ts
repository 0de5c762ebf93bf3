import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { claudeHome } from "./claude-home.ts";
import { claudeHomeArgv } from "./guest.ts";

const claude = claudeHome("/home/ann/shop");
const [config, settings] = [".claude.json", ".claude/settings.json"];

let home: string;
beforeEach(() => void (home = mkdtempSync(`${tmpdir()}/guest-`)));
afterEach(() => rmSync(home, { recursive: true }));

function prepare(env: Record<string, string> = {}): void {
  const { exitCode, stderr } = Bun.spawnSync(claudeHomeArgv(home, claude), { env: { PATH: "/usr/bin:/bin", ...env } });
  expect([stderr.toString(), exitCode]).toEqual(["", 0]);
}
const read = (file: string) => readFileSync(`${home}/${file}`, "utf8");

test("Claude's questions are answered, for the user alone", () => {
  prepare();
  expect([read(config), read(settings)]).toEqual([`${claude.config}\n`, `${claude.settings}\n`]);
  expect([config, settings].map((file) => statSync(`${home}/${file}`).mode & 0o777)).toEqual([0o600, 0o600]);
});

test("what Claude has made of them stays", () => {
  prepare();
  for (const file of [config, settings]) writeFileSync(`${home}/${file}`, '{"its": "own"}');
  prepare();
  expect([read(config), read(settings)]).toEqual(['{"its": "own"}', '{"its": "own"}']);
});

test("a file that a crash has left empty is written again", () => {
  prepare();
  for (const file of [config, settings]) writeFileSync(`${home}/${file}`, "");
  prepare();
  expect([read(config), read(settings)]).toEqual([`${claude.config}\n`, `${claude.settings}\n`]);
});

test("keys are approved by their ends, each once, whatever they hold", () => {
  const approved = () => JSON.parse(read(config)).customApiKeyResponses.approved;
  for (const key of [
    "sk-ant-the-first-key-0123456789",
    "sk-ant-another-key-9876543210",
    "sk-ant-another-key-9876543210",
  ])
    prepare({ ANTHROPIC_API_KEY: key });
  expect(approved()).toEqual(["nother-key-9876543210", "first-key-0123456789"].map((end) => end.slice(-20)));
  prepare({ ANTHROPIC_API_KEY: 'sk-ant-"],"x":["0123456' });
  expect(approved()).toHaveLength(2);
});
