// The real Claude Code in a bubblewrap bottle, against a stand-in for its API.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { realClaude, whyNoClaude } from "../support/claude/claude.ts";
import { startStubApi } from "../support/claude/stub-api.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool, until } from "../support/tool.ts";

const reason = whyNoBubblewrap ?? whyNoClaude();
if (reason) console.log(`skipped: ${reason}`);

let claude: string;
let stub: ReturnType<typeof startStubApi>;
beforeAll(async () => {
  if (reason) return;
  claude = await realClaude();
  stub = startStubApi({ marker: "STUB" });
}, 300_000);
afterAll(async () => void (await stub?.stop()));

/** A fresh project of somebody who has logged in by `claude-bottle login` and has never started Claude in a bottle. */
async function fresh(manifest: string): Promise<{ home: Home; env: Record<string, string> }> {
  const home = new Home();
  symlinkSync(claude, `${home.bin}/claude`);
  home.settings('bottle.backend = "bubblewrap"\n');
  home.manifest(manifest);
  const env = { ANTHROPIC_BASE_URL: stub.url };
  expect((await home.run(["login"], { stdin: "sk-ant-oat01-0123456789", env })).code).toBe(0);
  return { home, env };
}

test.skipIf(reason !== undefined)(
  "a first run with a login shows Claude's prompt and no dialog before it, and answers",
  async () => {
    const { home, env } = await fresh("");
    using _ = home;
    await using screen = new Screen([...tool, "run"], { cwd: home.project, env: { ...home.env, ...env } });
    const seen: string[] = [];
    const watch = setInterval(() => seen.push(screen.text), 20);
    await screen.until(/^❯/m, 60_000);
    clearInterval(watch);
    expect(seen.join("\n")).not.toMatch(
      /trust the files|Select login method|Bypass Permissions mode|Choose the text style|API key/i,
    );
    screen.press("hello there\r");
    await screen.until("STUB: hello there", 30_000);
    expect(stub.requests.at(-1)?.auth).toEqual({ kind: "bearer", last4: "6789" });
    screen.press("/exit\r");
    expect(await screen.process.exited).toBe(0);
  },
  120_000,
);

test.skipIf(reason !== undefined)(
  "an agent's prompt, settings and MCP servers reach Claude, once they are trusted",
  async () => {
    const { home, env } = await fresh(`[agents.claude]
prompt = "SPEAK SOFTLY"
[[agents.claude.settings.hooks.SessionStart]]
hooks = [{ type = "command", command = "touch hooked" }]
[agents.claude.mcp-servers.probe]
command = "touch"
args = ["connected"]
`);
    using _ = home;
    const run = () => home.run(["run", "--", "-p", "hello"], { env });
    expect((await run()).stderr).toContain("asks for 2 permissions that you have not approved");
    expect(existsSync(`${home.project}/hooked`)).toBe(false);
    const { hash } = JSON.parse((await home.run(["trust", "--json"], { env })).stdout);
    expect((await home.run(["trust", "--accept", hash], { env })).code).toBe(0);
    expect((await run()).stdout).toBe("STUB: hello\n");
    await until(() => existsSync(`${home.project}/hooked`) && existsSync(`${home.project}/connected`));
    expect(JSON.stringify(stub.requests.at(-1)?.body ?? {})).toContain("SPEAK SOFTLY");
  },
  120_000,
);
