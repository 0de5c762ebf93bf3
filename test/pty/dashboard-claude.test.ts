// The dashboard outside tmux, key by key, over bubblewrap bottles with the real Claude Code.
import { expect, test } from "bun:test";
import { readFileSync, symlinkSync } from "node:fs";
import { whyNoBubblewrap } from "../support/bubblewrap.ts";
import { realClaude, whyNoClaude } from "../support/claude/claude.ts";
import { tellDashboardStory } from "../support/dashboard-story.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool } from "../support/tool.ts";

const reason = whyNoBubblewrap ?? whyNoClaude();
if (reason) console.log(`skipped: ${reason}`);

async function home(): Promise<Home> {
  const home = new Home();
  symlinkSync(await realClaude(), `${home.bin}/claude`);
  home.settings('bottle.backend = "bubblewrap"\n');
  home.manifest("");
  return home;
}

test.skipIf(reason !== undefined)(
  "a session's whole life from the list: start, look, answer, log, diff, shells, stop, remove",
  async () => {
    using project = await home();
    await tellDashboardStory(project);
  },
  300_000,
);

test.skipIf(reason !== undefined || !Bun.which("curl"))(
  "a denied host is allowed for the session, in bottle.toml, or never shown again",
  async () => {
    using project = await home();
    const ask = (host: string) => `curl -s -o /dev/null http://${host}.example.org/`;
    const asked = ["one", "two", "three"].map(ask).join("; ");
    await project.run(["exec", "--", "sh", "-c", `${asked}; true`]);
    await using screen = new Screen([...tool, "dashboard"], { cwd: project.project, env: project.env, columns: 110 });
    await screen.until(/3 hosts denied[^]*denied: three.example.org:80, once +a once {2}A project {2}! never/);
    screen.press("!");
    await screen.until(/2 hosts denied[^]*three.example.org:80 stays denied, and is not shown again/);
    screen.press("A");
    await screen.until(/1 host denied[^]*may reach "two.example.org", added to/);
    screen.press("a");
    await screen.until(/^ 1 bottle +claude-bottle[^]*may reach "one.example.org"/);
    screen.press("a");
    await screen.until("no host was denied here");
    expect(readFileSync(`${project.project}/bottle.toml`, "utf8")).toMatch(/two\.example\.org/);
    screen.press("q");
    expect(await screen.process.exited).toBe(0);
  },
  60_000,
);
