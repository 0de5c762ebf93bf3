import { expect } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { startStubApi } from "./claude/stub-api.ts";
import { Screen } from "./screen.ts";
import { type Home, tool, until } from "./tool.ts";

const minute = 60_000;

/** In a repository, so that there is a diff to show. */
export function makeRepository({ project, env }: Home): void {
  const git = (...words: string[]) =>
    expect(Bun.spawnSync(["git", "-c", "user.name=T", "-c", "user.email=t@example.org", ...words], { cwd: project, env }).exitCode).toBe(0);
  git("init", "-q");
  writeFileSync(`${project}/list`, "first\n");
  git("add", ".");
  git("commit", "-qm", "first");
  writeFileSync(`${project}/list`, "first\nsecond\n");
} // prettier-ignore

/** What a person does on the dashboard outside tmux, over real bottles with the real Claude Code; `project` has the backend chosen, and Claude. */
export async function tellDashboardStory(project: Home): Promise<void> {
  const stub = startStubApi({ marker: "STUB" });
  try {
    makeRepository(project);
    const env = { ...project.env, ANTHROPIC_API_KEY: "sk-ant-api03-offline-0123456789-abcdefghij", ANTHROPIC_BASE_URL: stub.url, SHELL: "/bin/sh", PS1: "host$ " }; // prettier-ignore
    await using screen = new Screen([...tool, "dashboard"], { cwd: project.project, env, columns: 110, rows: 40 });
    const press = async (keys: string, next: RegExp | string, limitMs?: number) => {
      screen.press(keys);
      await screen.until(next, limitMs);
    };
    await screen.until("no bottles; n starts a session");

    await press("n", "new session in");
    await press("~/project -- -- --permission-mode manual\t", "new background session in");
    await press("\r", /started background session [0-9a-f]{8}/, 8 * minute);
    await screen.until(/QUIET\s+› project +idle/, minute);
    // Its screen is known, though no terminal shows it.
    await screen.until(/── project · .* · background · [^]*Claude Code v/, minute);

    await press("\r", /^❯/m, minute);
    await press('{"bash":"touch made"}', /❯.\{"bash/);
    await press("\r", "Do you want to proceed?", minute);
    await press("\x1a", /1 waiting[^]*WAITING\s+› project +permission +\d+s +Bash: touch made/, minute);
    await screen.until(/\+1 +-0/);
    await press("r", "sending a reply needs tmux");
    await press("e", /source +Claude Code's own record/);
    await press(" ", /go[^]*peek/);
    await press("z", /QUIET\s+› project +permission[^]*snoozed until its state changes/);

    // Enter on it, an answer, and back: the row moves.
    await press("\r", "Do you want to proceed?", minute);
    await press("1", "STUB: tool finished", minute);
    await press("\x1a", /› project +(done|idle) +\d+s +STUB: tool finished/, minute);

    await press("l", /made[^]*enter: close/, minute);
    await press("\r", "› project");
    await press("d", /^\+second[^]*enter: close/m, minute);
    await press("\r", "› project");
    await press("s", /[$#]$/, minute);
    await press("echo in-the-$((1+1))-bottle\r", "in-the-2-bottle");
    await press("exit\r", "› project");
    await press("h", /host\$$/);
    await press("exit\r", "› project");

    await press("x", 'stop this session of "project"?');
    await press("k", /› project/);
    await press("x", 'stop this session of "project"?');
    await press("y", "stopped the session of project", minute);
    await screen.until(/QUIET\s+› project +running/, minute);
    await press("X", /1 conversation is only in bottle[^]*remove bottle/, minute);
    await press("y", "and lose that?", minute);
    await press("y", "no bottles; n starts a session", minute);
    screen.press("q");
    expect(await screen.process.exited).toBe(0);
    expect(readFileSync(`${project.project}/made`, "utf8")).toBe("");
    await until(() => project.processes().length === 0, () => JSON.stringify(project.processes()));
  } finally {
    await stub.stop();
  }
} // prettier-ignore
