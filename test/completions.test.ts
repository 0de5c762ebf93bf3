// The completions as the shells themselves use them, and how long one press of the tab key takes. About 5 s.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { binary } from "./support/binary.ts";
import { Screen } from "./support/screen.ts";
import { Home } from "./support/tool.ts";

let home: Home;
let bottle = "";
beforeAll(async () => {
  home = new Home();
  home.program("claude-bottle", `exec '${await binary()}' "$@"`);
  home.manifest(`[bottle]\nimage = "/images/claude"\n[agents.review]\ncommand = "claude"\n[agents.repair]\ncommand = "claude"\n`); // prettier-ignore
  mkdirSync(`${home.project}/a directory`);
  writeFileSync(`${home.project}/notes.txt`, "");
  await home.run(["exec", "--", "true"]);
  bottle = home.machines()[0]?.name ?? "";
}, 60_000);
afterAll(() => home[Symbol.dispose]());

type Shell = { readonly name: string; readonly argv: string[]; readonly setUp: string };
const shells: readonly Shell[] = [
  { name: "bash", argv: ["bash", "--norc", "--noprofile", "-i"], setUp: "source <(claude-bottle completions bash)" },
  {
    name: "zsh",
    argv: ["zsh", "-f", "-i"],
    setUp: "autoload -Uz compinit; compinit -D -u; source <(claude-bottle completions zsh)",
  },
  { name: "fish", argv: ["fish", "--no-config", "-i"], setUp: "claude-bottle completions fish | source" },
];

/** What a line becomes after the tab key; the shell echoes it back between marks. */
const lines = [
  ["a command", "claude-bottle comp", "claude-bottle completions"],
  ["an option", "claude-bottle exec --dry", "claude-bottle exec --dry-run"],
  ["an agent of the manifest", "claude-bottle run --agent rev", "claude-bottle run --agent review"],
  ["an agent in the option's own word", "claude-bottle run --agent=rev", "claude-bottle run --agent=review"],
  ["what help is about", "claude-bottle help comp", "claude-bottle help completions"],
  ["a bottle that lives", "claude-bottle stop cb-", "claude-bottle stop BOTTLE"],
  ["a file behind --", "claude-bottle exec -- cat no", "claude-bottle exec -- cat notes.txt"],
  ["a bottle's side of cp", "claude-bottle cp notes.txt cb-", "claude-bottle cp notes.txt BOTTLE:/"],
  ["the host's side of cp", "claude-bottle cp no", "claude-bottle cp notes.txt"],
  ["a verb", "claude-bottle tmux op", "claude-bottle tmux open"],
] as const;

for (const { name, argv, setUp } of shells) {
  test.skipIf(!Bun.which(name))(
    `${name} completes commands, options, agents, bottles and files`,
    async () => {
      await using screen = new Screen(argv, {
        cwd: home.project,
        env: { ...home.env, PS1: "$ ", PROMPT: "$ " },
        columns: 120,
        rows: 40,
      });
      screen.press(`${setUp}; echo rea""dy\r`);
      await screen.until(/^ready$/m);
      for (const [what, typed, wanted] of lines) {
        screen.press(`${typed}\t`);
        const whole = wanted.replace("BOTTLE", bottle);
        await screen.until(whole).catch((error) => {
          throw new Error(`${name}, ${what}: ${error instanceof Error ? error.message : error}`);
        });
        // Ctrl-U: an empty line again.
        screen.press("\x15");
      }
    },
    60_000,
  );
}

test("a directory with a line's end in its name is no further word", async () => {
  using other = new Home();
  const cwd = `${other.directory}/home/two\nlines`;
  mkdirSync(cwd);
  writeFileSync(`${cwd}/bottle.toml`, '[bottle]\nimage = "/images/claude"\n');
  await other.run(["exec", "--", "true"], { cwd });
  const { stdout } = await other.run(["complete", "--", "stop", ""]);
  expect(stdout).toBe("cb-BOTTLE\t~/home/two\\x0alines\n");
});

test("an agent's command of several lines, with what a terminal obeys, is one description", async () => {
  using own = new Home();
  own.manifest(String.raw`[agents.one]
command = "a\nb\u001b[31m"
`);
  const { stdout } = await own.run(["complete", "--", "run", "--agent", ""]);
  expect(stdout.split("\n").filter((line) => /^(?:one|b)/.test(line))).toEqual([String.raw`one	a\x0ab\x1b[31m`]);
});

test("what cannot be read completes to nothing, without a word", async () => {
  home.manifest("[bottle\n");
  const none = { stdout: "", stderr: "", code: 0 };
  expect(await home.run(["complete", "--", "run", "--agent", ""])).toEqual(none);
  expect(await home.run(["complete", "--", "stop", ""], { env: { XDG_STATE_HOME: "/nonexistent" } })).toEqual(none);
  expect(await home.run(["complete", "--", "stop", ""], { env: { XDG_STATE_HOME: "", HOME: "" } })).toEqual(none);
});
