import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { startStubApi } from "./claude/stub-api.ts";
import { Pane } from "./pane.ts";
import { tool, until, type Home } from "./tool.ts";

const minute = 60_000;
const token = "sk-ant-oat01-offline-0123456789-abcdefghij";
type Row = { id: string; isBackground: boolean; state: string; waitingFor?: string; detail?: string };

async function sessions(project: Home): Promise<Row[]> {
  const { stdout } = await project.run(["ls", "--json"]);
  return (JSON.parse(stdout) as { sessions: Row[] }[]).flatMap((bottle) => bottle.sessions);
}

/** Until `ls` shows the session like that. */
const shows = (project: Home, id: string, expected: Partial<Row>) =>
  until(
    async () => (await sessions(project)).some((row) => row.id === id && Bun.deepMatch(expected, row)),
    () => `${id} as ${JSON.stringify(expected)}`,
    minute,
  );

/** The output of a line of sh in the project's bottle. */
async function sh(project: Home, script: string): Promise<string> {
  const { stdout, stderr, code } = await project.run(["exec", "--", "sh", "-c", script]);
  if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** What background sessions of the real Claude Code do on every backend that keeps them; `project` has the backend chosen, and Claude. */
export async function tellBackgroundStory(project: Home): Promise<void> {
  const stub = startStubApi({ marker: "STUB" });
  try {
    const env = { ...project.env, CLAUDE_CODE_OAUTH_TOKEN: token, ANTHROPIC_BASE_URL: stub.url };
    const renewed = { ...env, CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-renewed-0123456789-abcdefghij" };
    const manual = ["--permission-mode", "manual"];
    const starts = [1, 2, 3].map((number) => [
      "run",
      "--background",
      "--",
      ...manual,
      `{"bash":"echo ${number} >made${number}.txt"}`,
    ]);
    const ids: string[] = [];
    for (const words of starts) {
      const { stdout, code } = await project.run(words, { env });
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^[0-9a-f]{8}\n$/)]);
      ids.push(stdout.trim());
    }
    const waiting = { isBackground: true, state: "waiting", waitingFor: "permission" };
    const allWait = () => Promise.all(ids.map((id) => shows(project, id, waiting)));
    await allWait();

    // A foreground session each, whose terminal goes in every way that there is.
    for (const kill of ["pane", "SIGHUP", "SIGKILL"] as const) {
      using pane = new Pane([...tool, "run", "--", ...manual], { cwd: project.project, env });
      await pane.until(/^❯/m, minute);
      const holder = await until(
        async () => {
          const { stdout } = await project.run(["ls", "--json"]);
          return JSON.parse(stdout)[0].sessions.find((row: Row) => !row.isBackground && row.state !== "ended")?.process
            .pid;
        },
        () => `a foreground session for ${kill}`,
        minute,
      );
      if (kill !== "pane") process.kill(holder, kill);
      else pane[Symbol.dispose]();
      await until(
        async () => !(await sessions(project)).some((row) => !row.isBackground && row.state !== "ended"),
        () => `the end after ${kill}`,
        minute,
      );
      // Only the agents of the background have a terminal in the bottle.
      const left = `for p in /proc/[0-9]*; do grep -qz '^CLAUDE_CODE_SESSION_KIND=bg' $p/environ 2>/dev/null || tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null | grep -c -- '[-]-permission-mode' || :`;
      await until(
        async () => (await sh(project, left)) === "0\n",
        () => `no process after ${kill}`,
        minute,
      );
      await allWait();
    }

    // From another terminal, at another size, once the credential has been renewed.
    const asked = stub.requests.length;
    const [first = "", second = "", third = ""] = ids;
    {
      using pane = new Pane(["/bin/sh", "-c", '"$@"; read -r _', "sh", ...tool, "attach", first.slice(0, 6)], {
        cwd: project.project,
        env: renewed,
      });
      await pane.until(/Do you want to proceed/, minute);
      await pane.followsWidth(70);
      pane.press("Enter");
      await pane.until(/STUB: tool finished/, minute);
      pane.press("C-z");
      await pane.until(new RegExp(`session ${first} is still running`), minute);
    }
    await shows(project, first, { state: "done" });
    expect([...new Set(stub.requests.slice(asked).map(({ credential }) => credential))]).toEqual([
      renewed.CLAUDE_CODE_OAUTH_TOKEN,
    ]);
    expect(readFileSync(`${project.project}/made1.txt`, "utf8")).toBe("1\n");
    expect((await project.run(["logs", "--screen", second])).stdout).toContain("Do you want to proceed?");

    expect((await project.run(["stop", second])).stderr).toContain(`session ${second} is stopped`);
    await until(
      async () => !(await sessions(project)).some((row) => row.id === second && row.state !== "ended"),
      () => "the second one to end",
      minute,
    );
    expect(await project.run(["stop"])).toMatchObject({ code: 1, stderr: expect.stringContaining(third) });
    await shows(project, third, waiting);
  } catch (error) {
    console.log(error);
    throw error;
  } finally {
    await stub.stop();
  }
}
