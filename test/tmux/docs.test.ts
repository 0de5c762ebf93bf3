import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { describeAll } from "../../docs/commands.ts";
import { until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

const verbs = (await describeAll()).find(({ name }) => name === "tmux")?.verbs ?? [];
const examples = verbs.flatMap(({ examples }) => examples.map(([line]) => line));

everyTmux((tmux) => {
  test("every example of the tmux commands works, typed in a pane", async () => {
    await using stage = new Stage({ tmux, env: { DISPLAY: ":7" }, home: "", bindings: false });
    stage.home.program("xclip", "printf '\\211PNG\\r\\n\\032\\n'");
    await stage.until(1);
    stage.tmux("set-option", "-g", "assume-paste-time", "0");
    await stage.prompt("%0");
    stage.ownProgram("claude-bottle");
    // What the examples call %3 shows a bottle.
    for (let pane = 1; pane <= 3; pane += 1) stage.tmux("new-window", "-d", "-c", stage.home.project);
    await stage.prompt("%3");
    const type = (pane: string, line: string) =>
      stage.tmux("send-keys", "-t", pane, `PATH='${stage.home.bin}':$PATH; ${line}`, "Enter");
    type("%3", "claude-bottle");
    await until(() => stage.tmux("show-options", "-p", "-t", "%3").includes("@claude-bottle-kind agent"));
    expect(examples.length).toBeGreaterThan(8);
    for (const [number, line] of examples.entries()) {
      stage.tmux("select-window", "-t", ":0");
      stage.tmux("select-pane", "-t", "%0");
      type("%0", `clear; ${line}; echo "example ${number}: $?"`);
      if (line === "claude-bottle tmux menu") {
        await stage.screen.until("Claude, in a window");
        stage.press("q", { prefix: false });
      }
      if (line.endsWith("--popup")) {
        await stage.screen.until(/┌─+┐[^]*1 bottle/);
        stage.press("q", { prefix: false });
      }
      const shown = () => stage.tmux("capture-pane", "-p", "-J", "-t", "%0");
      const status = await until(
        () => new RegExp(`^example ${number}: (\\d+)$`, "m").exec(shown())?.[1],
        () => `${line}\n${shown()}`,
      );
      expect([line, status]).toEqual([line, "0"]);
    }
  }, 60_000);
});
