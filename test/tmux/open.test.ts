import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmuxQuote } from "../../src/tmux/argv.ts";
import { ownCommand } from "../../src/tmux/config/bindings.ts";
import { Screen } from "../support/screen.ts";
import { tool, until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

/** Names that a shell, tmux or a careless quoting would make something else of. */
const nasty = [
  "sp ace", " lead", "trail ", "q'uote", 'dq"uote', "it's \"both\"", "semi;colon", "end;", ";", "#{pid}", "#(touch made)",
  "##[x", "#[fg=red]", "#S#W", "$(touch made)", "$HOME", "`touch made`", "back\\slash\\", "new\nline", "tab\there", "-dash",
  "--", "%H%%", "ünï 漢字 🚀", "*?[a]", "a&b|c>d<e(f)", "~", "{curly}", "!bang", "end\n",
]; // prettier-ignore
const long = `${"l".repeat(250)}/`.repeat(15).slice(0, -1);

/** The agent and a shell each write where they are. */
function reporting(stage: Stage): { next: () => Promise<string> } {
  const file = `${stage.home.directory}/where`;
  const report = `pwd -P >'${file}.part'; mv '${file}.part' '${file}'; sleep 1000`;
  stage.agent("ready", report);
  stage.bind("s", ["open", "--shell", "--split", "below", "--", "sh", "-c", report]);
  return {
    async next() {
      const where = await until(
        () => existsSync(file) && readFileSync(file, "utf8"),
        () => stage.screen.text,
      );
      rmSync(file);
      return where.replace(/\n$/, "");
    },
  };
}

everyTmux((tmux) => {
  test("a key opens the agent, another a shell in the same bottle; a good end closes the pane", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    stage.press("b");
    await stage.screen.until("ready 39 59 in ");
    stage.press("e");
    const [, agent = "", shell = ""] = await stage.until(3);
    await stage.prompt(shell);
    stage.tmux("send-keys", "-t", shell, "echo $(pwd) $(stty size)", "Enter");
    await stage.screen.until("project 19 59");
    const [bottle = ""] = stage.home.machines().map(({ name }) => name);
    expect(stage.panes("#{@claude-bottle} #{@claude-bottle-kind} #{pane_title}").slice(1)).toEqual([
      `${bottle} agent project`,
      `${bottle} shell project`,
    ]);
    expect(await stage.sessions()).toEqual([`agent ${agent}`, `shell ${shell}`]);
    stage.tmux("send-keys", "-t", shell, "exit", "Enter");
    await stage.until(2);
    expect(await stage.sessions()).toEqual([`agent ${agent}`]);
  }, 30_000);

  // Started as from a login that knows no language and from within another tmux, as a service manager or an editor does it.
  test("every directory is the right one, in a server of odd descent", async () => {
    await using stage = new Stage({ tmux, env: { LANG: undefined, TMUX_PANE: "%0" } });
    await stage.until(1);
    const { next } = reporting(stage);
    for (const name of [...nasty, long]) {
      const directory = `${stage.home.project}/${name}`;
      mkdirSync(directory, { recursive: true });
      stage.tmuxIn(directory, "new-window");
      stage.press("b");
      expect(await next()).toBe(directory);
      await until(() => stage.tmux("display-message", "-p", "#{@claude-bottle}") !== "");
      stage.press("s");
      expect(await next()).toBe(directory);
      stage.tmux("kill-window");
    }
    expect(existsSync(`${stage.home.project}/made`) || existsSync(`${stage.home.directory}/made`)).toBe(false);
    expect(stage.home.verbs().filter((verb) => verb === "create")).toEqual(["create"]);
  }, 120_000);

  test("a session whose directory is gone opens where the pane is; a pane or a bottle whose directory is gone says so", async () => {
    await using stage = new Stage({ tmux, cwd: `/tmp/bottle-gone-${process.pid}` });
    await stage.until(1);
    const { next } = reporting(stage);
    rmSync(`/tmp/bottle-gone-${process.pid}`, { recursive: true });
    stage.press("b");
    await stage.screen.until(/the directory ".*bottle-gone.*" of this pane no longer exists/);
    // tmux 3.8 itself starts every pane of such a server in the directory that is gone; ours enters the right one.
    stage.tmux("new-window", "sh", "-c", `cd '${stage.home.project}' && exec sleep 1000`);
    await until(() => stage.tmux("display-message", "-p", "#{pane_current_path}") === stage.home.project);
    stage.press("b");
    expect(await next()).toBe(stage.home.project);
    await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
    rmSync(stage.home.project, { recursive: true });
    stage.press("b");
    await stage.screen.until(/the directory ".*project" of this bottle no longer exists/);
  }, 30_000);

  test("from a hook, in a pane that has just begun", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    const command = ownCommand(tool, ["open"]);
    writeFileSync(`${stage.home.directory}/hook.conf`, `set-hook -g after-new-window ${tmuxQuote(command)}\n`);
    stage.tmux("source-file", `${stage.home.directory}/hook.conf`);
    stage.tmuxIn(stage.home.project, "new-window");
    await stage.screen.until("ready 39 59");
    stage.tmuxIn(stage.home.project, "new-window");
    await stage.until(5);
  }, 30_000);

  test("two keys of two clients at the same moment make one bottle and two panes", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    const second = stage.attach({ columns: 120, rows: 40 });
    await second.until("[main]");
    stage.press("b");
    stage.press("e", { screen: second });
    await stage.until(3);
    await until(async () => (await stage.sessions()).length === 2);
    expect((await stage.sessions()).map((line) => line.split(" ")[0]).sort()).toEqual(["agent", "shell"]);
    expect(stage.home.verbs().filter((verb) => verb === "create")).toEqual(["create"]);
  }, 30_000);

  test.each(["/usr/bin/fish", "/usr/bin/tcsh", "/bin/false"])(
    "with %s for a shell",
    async (shell) => {
      await using stage = new Stage({ tmux, conf: `set -g default-shell ${shell}`, command: ["sleep", "1000"] });
      await stage.until(1);
      stage.press("b");
      await stage.screen.until("ready 39 59");
      stage.press("e");
      await stage.screen.until("ready 19 59");
      await until(async () => (await stage.sessions()).length === 2);
    },
    30_000,
  );

  test("a zoomed window stays zoomed, a small pane gets a window, and a user's hook changes nothing", async () => {
    await using stage = new Stage({ tmux, conf: "set-hook -g after-split-window 'run-shell true'" });
    await stage.until(1);
    stage.press("b");
    await stage.screen.until("ready 39 59");
    stage.press("z");
    await stage.screen.until("ready 39 120");
    stage.press("e");
    await stage.until(3);
    expect(stage.tmux("display-message", "-p", "#{window_zoomed_flag} #{window_panes}")).toBe("1 3");
    stage.press("z");
    stage.press("e");
    await stage.until(4);
    expect(stage.tmux("list-windows", "-F", "#{window_name} #{window_panes}").split("\n").at(-1)).toBe("project 1");
  }, 30_000);

  test("from a shell in a pane, and in a popup", async () => {
    await using stage = new Stage({ tmux });
    stage.agent("ready", "read line; exit 3");
    const [pane = ""] = await stage.until(1);
    await stage.prompt(pane);
    const cb = stage.ownProgram();
    stage.tmux(
      "send-keys",
      "-t",
      pane,
      `${cb} tmux open --split below --shell -- sh -c 'echo beside; sleep 1000'`,
      "Enter",
    );
    await stage.screen.until(/^beside$/m);
    await stage.until(2);
    stage.bind("p", ["open", "--popup"]);
    stage.press("p");
    await stage.screen.until(/│ready 3\d 1\d\d in .*│/);
    stage.press("\r", { prefix: false });
    await stage.screen.until(/│\[status 3\] {2}enter: close/);
    stage.press("\r", { prefix: false });
    // What it ended with was seen, and is no failure of tmux.
    await until(
      () => !/enter: close/.test(stage.screen.text) && !stage.left.some((line) => line.includes(" tmux open ")),
    );
    expect(stage.screen.text).not.toContain("claude-bottle: tmux");
  }, 30_000);

  test("--dry-run prints the command of tmux, and --here in our own pane is a session here", async () => {
    await using stage = new Stage({ tmux });
    const [pane = ""] = await stage.until(1);
    const env = { TMUX: `${stage.socket},${stage.tmux("display-message", "-p", "#{pid}")},0`, TMUX_PANE: pane };
    const { stdout, code } = await stage.home.run(["tmux", "open", "--pane", pane, "--agent", "claude", "--dry-run"], {
      env,
    });
    expect([code, stdout.replace(/\S*tmux -u/, "tmux -u").replace(/-- .* tmux pane/, "-- US tmux pane")]).toEqual([
      0,
      "tmux -u -S ~/tmux split-window -h -t %0 -P -F '#{pane_id}' -- US tmux pane ~/home/project -- run --agent claude\n",
    ]);
    expect(await stage.home.run(["tmux", "open"], { env })).toEqual({
      stdout: "",
      stderr:
        "claude-bottle: no pane was named, and this is not one\n  name it as key bindings do: --pane '#{pane_id}'\n",
      code: 2,
    });
    await stage.prompt(pane);
    const cb = stage.ownProgram();
    stage.tmux("send-keys", "-t", pane, `${cb} tmux open --here`, "Enter");
    await stage.screen.until("ready 39 120");
    expect(stage.panes("#{pane_id}")).toEqual([pane]);
    expect(stage.tmux("show-options", "-p", "-t", pane)).toContain("@claude-bottle-kind agent");
  }, 30_000);

  test("outside tmux it is run, and where the server's number has become another program's", async () => {
    await using stage = new Stage({ tmux });
    const stale = { TMUX: `${stage.socket},${process.pid},0`, TMUX_PANE: "%0" };
    expect((await stage.home.run(["tmux", "open", "--dry-run"], { env: stale })).stdout).toEndWith(" run\n");
    await using screen = new Screen([...tool, "tmux", "open"], { cwd: stage.home.project, env: stage.home.env });
    await screen.until("ready 24 80");
  }, 30_000);
});
