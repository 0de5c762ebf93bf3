// What of the host's own Claude Code the real one sees in a bottle of bubblewrap. About 10 seconds.
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { realClaude, whyNoClaude } from "../support/claude/claude.ts";
import { startStubApi } from "../support/claude/stub-api.ts";
import { Home } from "../support/tool.ts";

const whyNot = whyNoBubblewrap ?? whyNoClaude();
if (whyNot) console.log(`the real Claude Code with its user's own files skipped: ${whyNot}`);

test.skipIf(whyNot !== undefined)("Claude in a bottle has its user's memory, skills and commands, and nothing else of them", async () => {
  using home = new Home();
  symlinkSync(await realClaude(), `${home.bin}/claude`);
  const own = `${home.directory}/home/.claude`;
  for (const directory of ["skills/greet", "commands", "agents"]) mkdirSync(`${own}/${directory}`, { recursive: true });
  const memory = "The user's favourite number is 7411.";
  writeFileSync(`${own}/CLAUDE.md`, `${memory}\n`);
  writeFileSync(`${own}/skills/greet/SKILL.md`, "---\nname: greet\ndescription: Greets whoever is called Zebulon.\n---\nSay hello.\n");
  writeFileSync(`${own}/commands/count.md`, "Count from 4 to $ARGUMENTS, please.\n");
  writeFileSync(`${own}/settings.json`, JSON.stringify({ env: { SECRET_OF_MINE: "s3cret" }, permissions: { deny: ["WebSearch"] } }));
  home.settings(
    '[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "open"\n[provision]\nclaude = ["settings", "memory", "skills", "commands", "agents"]\n',
  );
  home.manifest("");
  const stub = startStubApi({ script: [{ text: "one" }, { text: "two" }, { bash: "echo changed >~/.claude/CLAUDE.md; echo [$SECRET_OF_MINE]" }] });
  const env = { ANTHROPIC_API_KEY: "sk-ant-api03-offline-0123456789-abcdefghij", ANTHROPIC_BASE_URL: stub.url };
  const print = (text: string) => home.run(["run", "--", "-p", text, "--dangerously-skip-permissions"], { env: { ...env, IS_SANDBOX: "1" } });
  const sent = () => JSON.stringify(stub.requests.splice(0).map(({ body }) => body));
  try {
    expect(await print("hello")).toMatchObject({ stdout: expect.stringContaining("one"), code: 0 });
    const first = sent();
    for (const word of [memory, "Greets whoever is called Zebulon"]) expect(first).toContain(word);
    expect(await print("/count 9")).toMatchObject({ stdout: expect.stringContaining("two"), code: 0 });
    expect(sent()).toContain("Count from 4 to 9, please.");
    expect(await print("write")).toMatchObject({ code: 0 });
    expect(sent()).toContain("[]");
    expect(readFileSync(`${own}/CLAUDE.md`, "utf8")).toBe(`${memory}\n`);
  } finally {
    await stub.stop();
    await home.run(["rm", "--force"]);
  }
}, 120_000); // prettier-ignore
