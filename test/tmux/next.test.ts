// Sessions of the real Claude Code in bubblewrap that wait, told of and gone to in a real tmux with two clients.
import { expect, test } from "bun:test";
import { ClaudeStage, whyNoClaudeStage } from "../support/claude-stage.ts";
import { until } from "../support/tool.ts";
import { everyTmux } from "../support/tmuxes.ts";

const reason = whyNoClaudeStage();
if (reason) console.log(`skipped: ${reason}`);

everyTmux((tmux) => {
  test.skipIf(reason !== undefined)("a session that waits out of sight is told of once, and W goes from one to the next", async () => {
    await using stage = await ClaudeStage.open({ tmux });
    await stage.until(1);
    const other = stage.attach();
    stage.bind("N", ["open", "--window", "--", "--permission-mode", "manual"]);
    stage.bind("W", ["next"]);
    stage.bind("G", ["open", "--background", "--", "--permission-mode", "manual", '{"bash":"echo 3 >made3"}']);
    const ask = async (pane: string, number: number) => {
      await until(() => /❯/.test(stage.tmux("capture-pane", "-p", "-t", pane)), () => `a prompt in ${pane}`, 60_000);
      stage.tmux("select-window", "-t", ":0");
      stage.tmux("send-keys", "-t", pane, "-l", `{"bash":"echo ${number} >made${number}"}`);
      await until(() => stage.tmux("capture-pane", "-p", "-t", pane).includes(`made${number}`), () => stage.tmux("capture-pane", "-p", "-t", pane));
      stage.tmux("send-keys", "-t", pane, "Enter");
    };
    const seen = (pane: string) =>
      stage.tmux("display-message", "-p", "-t", pane, "#{@claude-bottle-state} #{window_bell_flag}").trim();
    const waits = (pane: string) => until(() => seen(pane) === "waiting 1", () => `${pane}: ${seen(pane)}\n${stage.tmux("capture-pane", "-p", "-t", pane)}`, 60_000); // prettier-ignore

    stage.press("N");
    const [, first = ""] = await stage.until(2);
    await ask(first, 1);
    await waits(first);
    await Promise.all([stage.screen.until("waits for permission"), other.until("waits for permission")]);
    stage.press("N");
    const second = (await stage.until(3)).find((pane) => pane !== first && pane !== "%0") ?? "";
    await ask(second, 2);
    await waits(second);

    const shown = () => stage.tmux("display-message", "-p", "#{pane_id}").trim();
    for (const pane of [first, second, first]) {
      stage.press("W");
      await until(() => shown() === pane, () => `${pane}, not ${shown()}`);
    }
    // Nobody is told again of what was told of: the bell of the window that was left stays off.
    stage.tmux("select-window", "-t", ":0");
    const { stdout } = await stage.home.run(["tmux", "status"], { env: { TMUX: stage.tmux("display-message", "-p", "#{socket_path},#{pid},0").trim() } });
    expect(stdout).toBe("2 wait, project 2\n");
    expect([seen(first), seen(second)]).toEqual(["waiting 0", "waiting 0"]);
    stage.press("W");
    await until(() => shown() === first);
    stage.tmux("send-keys", "-t", first, "Escape");
    await until(() => seen(first) === "idle 0", () => seen(first));
    // One without a pane is told of in the same way, and gets a window when it is gone to.
    stage.tmux("select-window", "-t", ":0");
    stage.press("G");
    await stage.screen.until(/session [0-9a-f]{8} runs in the background/, 60_000);
    await until(async () => (await stage.home.run(["ls"])).stdout.split("waiting (permission)").length === 3, () => stage.screen.text, 60_000);
    const before = stage.panes("#{pane_id}").length;
    stage.press("W");
    await until(() => shown() === second, shown);
    stage.press("W");
    await stage.screen.until(/made3[^]*Do you want to proceed/, 60_000);
    expect(stage.panes("#{pane_id}").length).toBe(before + 1);
  }, 180_000); // prettier-ignore
});
