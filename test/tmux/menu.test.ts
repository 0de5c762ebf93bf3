import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

/** git's usual one; another one stops at the end of a text that fits the screen. */
const whyNoPager = Bun.which("less") ? undefined : "less is not installed";
if (whyNoPager) console.log(`a diff in a window skipped: ${whyNoPager}`);

everyTmux((tmux) => {
  test("in a pane of the host the menu offers Claude, and what it offers works", async () => {
    const name = "100%Half #{pid}";
    await using stage = new Stage({ tmux });
    await stage.until(1);
    for (const directory of ["new ก", name]) mkdirSync(`${stage.home.project}/${directory}`);
    stage.tmuxIn(`${stage.home.project}/new ก`, "new-window");
    stage.press("B");
    await stage.screen.until(" new ? ");
    stage.press("q", { prefix: false });
    await until(() => !stage.screen.text.includes(" new ? "));
    stage.tmuxIn(`${stage.home.project}/${name}`, "new-window");
    stage.press("B");
    expect(await stage.screen.until("Claude, in a window")).toContain(` ${name} `);
    stage.press("w", { prefix: false });
    await stage.screen.until("ready 39 120");
    expect(stage.tmux("display-message", "-p", "#{window_name}")).toBe(name);
    stage.press("B");
    await stage.screen.until("all bottles");
    stage.press("l", { prefix: false });
    await stage.screen.until(/BOTTLE +BACKEND[^]*running[^]*enter: close/);
    stage.press("\r", { prefix: false });
    await until(
      () => !stage.screen.text.includes("BACKEND"),
      () => stage.screen.text,
    );
  }, 30_000);

  test("in a pane of a bottle it offers what works in that bottle", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    stage.press("b");
    await stage.screen.until("ready 39 59");
    await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
    stage.press("B");
    expect(await stage.screen.until("stop the bottle")).toMatch(
      /shell, below.*\n[^]*second agent[^]*your own shell[^]*diff/,
    );
    stage.press("h", { prefix: false });
    const [, , host = ""] = await stage.until(3);
    await stage.prompt(host);
    stage.tmux("send-keys", "-t", host, "echo host $PWD", "Enter");
    await stage.screen.until(`host ${stage.home.project}`);
  }, 30_000);

  test("the log of the bottle, and the hosts that it was denied, come in a popup", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    writeFileSync(
      `${stage.home.smolvm}/denied`,
      JSON.stringify([{ timestamp: "2026-11-24T10:00:00Z", dest: "registry.npmjs.org" }]),
    );
    stage.press("b");
    await stage.screen.until("ready 39 59");
    await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
    for (const [key, shown] of [
      ["o", /denied registry\.npmjs\.org[^]*made[^]*started[^]*agent in .*: still there[^]*enter: close/],
      ["n", /BOTTLE +DENIED +TIMES[^]*registry\.npmjs\.org +1[^]*enter: close/],
    ] as const) {
      stage.press("B");
      await stage.screen.until("denied hosts");
      stage.press(key, { prefix: false });
      await stage.screen.until(shown);
      stage.press("\r", { prefix: false });
      await until(
        () => !stage.screen.text.includes("enter: close"),
        () => stage.screen.text,
      );
    }
  }, 30_000);

  test.skipIf(whyNoPager !== undefined)(
    "a second agent comes beside the first, and what changed in the project in a window",
    async () => {
      await using stage = new Stage({ tmux });
      const git = (...words: string[]) =>
        Bun.spawnSync(["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", stage.home.project, ...words]);
      git("init", "-q");
      writeFileSync(`${stage.home.project}/notes.txt`, "first\n");
      git("add", "notes.txt");
      await stage.until(1);
      stage.press("b");
      await stage.screen.until("ready 39 59");
      await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
      stage.press("B");
      await stage.screen.until("second agent, on the right");
      stage.press("r", { prefix: false });
      await stage.until(3);
      await until(async () => (await stage.sessions()).length === 2);
      expect((await stage.sessions()).map((line) => line.split(" ")[0])).toEqual(["agent", "agent"]);
      const diff = async (shown: RegExp) => {
        stage.press("B");
        await stage.screen.until("diff");
        stage.press("d", { prefix: false });
        await stage.screen.until(shown);
        stage.press("q", { prefix: false });
        await stage.until(3);
      };
      await diff(/new file: +notes\.txt\n[^]*\n\+first\n[^]*enter: close/);
      git("commit", "-qm", "first");
      writeFileSync(`${stage.home.project}/notes.txt`, "second\n");
      await diff(/modified: +notes\.txt\n[^]*-first\n\+second[^]*enter: close/);
    },
    30_000,
  );

  test("what the terminal can do is told in a window, until a key", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    stage.press("B");
    await stage.screen.until("doctor of this terminal");
    stage.press("t", { prefix: false });
    await stage.screen.until(/tmux passes on copies \(OSC 52\)[^]*enter: close/, 30_000);
    expect(stage.tmux("display-message", "-p", "#{window_name}")).toBe("doctor tty");
    stage.press("\r", { prefix: false });
    await stage.until(1);
  }, 60_000);

  test("what doctor says of the host comes in a window, where one can scroll", async () => {
    await using stage = new Stage({ tmux, rows: 24 });
    await stage.until(1);
    stage.press("B");
    await stage.screen.until("doctor of this terminal");
    stage.press("d", { prefix: false });
    await stage.screen.until("enter: close", 30_000);
    expect(stage.tmux("display-message", "-p", "#{window_name}")).toBe("doctor");
    expect(stage.tmux("capture-pane", "-p", "-S", "-")).toContain("backend.docker");
    stage.press("\r", { prefix: false });
    await stage.until(1);
  }, 60_000);

  test("restart and stop ask first, and stop the bottle", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    stage.press("b");
    await stage.screen.until("ready 39 59");
    await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
    stage.press("B");
    await stage.screen.until("restart the bottle");
    stage.press("R", { prefix: false });
    await stage.screen.until(/restart "cb-project-\w+" and its session\? \(y\/n\)/);
    stage.press("y", { prefix: false });
    await until(() => stage.home.verbs().filter((verb) => verb === "start").length === 2);
    await stage.screen.until("ready 39 59");
    await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
    stage.press("B");
    await stage.screen.until("stop the bottle");
    stage.press("S", { prefix: false });
    await stage.screen.until(/stop "cb-project-\w+" and its session\? \(y\/n\)/);
    stage.press("y", { prefix: false });
    await stage.screen.until(/claude-bottle: stopped bottle "cb-project-\w+"/);
    expect(stage.home.machines().map(({ state }) => state)).toEqual(["stopped"]);
  }, 30_000);

  test("where it cannot be shown it says so", async () => {
    await using stage = new Stage({ tmux, rows: 10 });
    await stage.until(1);
    stage.press("B");
    await stage.screen.until("claude-bottle: the menu does not fit this terminal");
    const env = { TMUX: `${stage.socket},${stage.tmux("display-message", "-p", "#{pid}")},0` };
    for (const [words, complaint] of [
      [["menu", "--pane", "%0", "--client", "gone"], 'there is no client "gone"'],
      [["menu", "--pane", "%9"], 'there is no pane "%9"'],
      [["open", "--pane", "%9", "--client", "gone"], 'there is no pane "%9"'],
      [
        ["open", "--pane", "%0", "--", "x".repeat(17_000)],
        "tmux: command too long\n  tmux takes at most 16 KiB: put long arguments into a file",
      ],
    ] as const)
      expect(await stage.home.run(["tmux", ...words], { env })).toEqual({
        stdout: "",
        stderr: `claude-bottle: ${complaint}\n`,
        code: 1,
      });
  }, 30_000);
});
