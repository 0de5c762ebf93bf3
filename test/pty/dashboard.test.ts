// The dashboard on a terminal of its own, outside tmux, over real bubblewrap bottles.
import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { kinds } from "../conformance/place.ts";
import { recordingAgent } from "../support/recording-agent.ts";
import { Screen } from "../support/screen.ts";
import { Home, tool, until } from "../support/tool.ts";

const whyNot = kinds.find(({ name }) => name.startsWith("bubblewrap as root"))?.whyNot;
if (whyNot !== undefined) console.log(`dashboard over bubblewrap: skipped, ${whyNot}`);

class Bottles extends Home {
  constructor() {
    super();
    this.settings(
      `[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "open"\n[agents.claude]\ncommand = "sh"\nargs = [".agent"]\n`,
    );
    this.manifest("");
    this.write(".agent", recordingAgent);
  }

  write(name: string, text: string): void {
    writeFileSync(`${this.project}/${name}`, text);
  }

  remove(name: string): void {
    rmSync(`${this.project}/${name}`);
  }

  shell(size = { columns: 100, rows: 24 }): Screen {
    this.program("cb", `exec ${tool.map((word) => `'${word}'`).join(" ")} "$@"`);
    return new Screen(["bash", "--norc", "--noprofile", "-i"], { cwd: this.project, env: { ...this.env, PS1: "$ " }, ...size });
  } // prettier-ignore
}

test.skipIf(whyNot !== undefined)(
  "a session that begins to wait rises to the top, and a key that cannot work says why",
  async () => {
    using home = new Bottles();
    await using work = home.shell();
    work.press("cb run\r");
    await work.until("ready");
    await using screen = home.shell();
    screen.press("cb dashboard\r");
    await screen.until(/WORKING\s+› project +working/);
    home.write("ask", "");
    await screen.until(/1 waiting[^]*WAITING\s+› project +question/);
    screen.press("\r");
    await screen.until(/it runs in another terminal, as process \d+/);
    screen.press("r");
    await screen.until("sending a reply needs tmux");
    screen.press("e");
    await screen.until(/source +Claude Code's own record of the process/);
    screen.press("q");
    home.remove("ask");
    await screen.until(/WORKING\s+› project +working/);
    work.process.kill("SIGKILL");
    await screen.until(/QUIET\s+› project/);
    screen.press("q");
    await screen.until(/^\$$/m);
    expect(screen.modes).toEqual({ alternate: false, mouse: "none", focus: false, paste: true, cursor: true });
  },
  60_000,
);

test.skipIf(whyNot !== undefined)(
  "the terminal is right after Ctrl-Z and fg, after TERM, and while another program has it",
  async () => {
    using home = new Bottles();
    expect((await home.run(["exec", "--", "true"])).code).toBe(0);
    await using screen = home.shell();
    screen.press("stty -g >before; cb dashboard\r");
    await screen.until("› project");
    screen.press("h");
    await screen.until(/^[#$]$/m);
    screen.press("echo on-the-$((1+1))-host; exit\r");
    await screen.until("› project");
    screen.press("\x1a");
    await screen.until("Stopped");
    const calm = { alternate: false, mouse: "none", focus: false, cursor: true } as const;
    expect(screen.modes).toMatchObject(calm);
    screen.press("fg\r");
    await screen.until("› project");
    for (const [columns, rows] of [[40, 8], [20, 3], [100, 24]] as const) {
      screen.resize(columns, rows);
      await screen.until(/^ 1 bottle/m);
    }
    const own = () => home.processes().find(({ words }) => words.includes("dashboard"));
    process.kill((await until(() => own())).pid, "SIGTERM");
    await screen.until(/^\$$/m);
    screen.press('stty -g >after; cmp before after && echo same-"modes"\r');
    await screen.until("same-modes");
    expect(screen.modes).toMatchObject(calm);
  },
  60_000,
); // prettier-ignore

test.skipIf(whyNot !== undefined)("text and JSON, for scripts and for terminals that can do no more", async () => {
  using home = new Bottles();
  expect((await home.run(["exec", "--", "true"])).code).toBe(0);
  const text = { stdout: expect.stringMatching(/^1 bottle\nQUIET\n {2}project {2}\S+ {2}\d+s\n$/), stderr: "", code: 0 };
  expect(await home.run(["dashboard", "--once"])).toEqual(text);
  expect(await home.run(["dashboard"])).toEqual(text);
  const { stdout } = await home.run(["dashboard", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject([{ label: "project", section: "quiet", bottle: { backend: "bubblewrap" } }]);
  expect((await home.run(["ls", "--live"])).stdout).toMatch(/ AGE +CPU +MEMORY +WHY .*\n.* \d+ % +[\d.]+ MB +used /);
  expect(await home.run(["dashboard", "--json", "--once"])).toMatchObject({ code: 2 });
}, 30_000); // prettier-ignore
