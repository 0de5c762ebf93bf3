import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

const picture = Buffer.from("\x89PNG\r\n\x1a\n\0\xff and so on", "latin1");

everyTmux((tmux) => {
  test("the clipboard's picture gets into the bottle, and its path is typed there", async () => {
    await using stage = new Stage({ tmux, env: { DISPLAY: ":7" } });
    stage.home.program("xclip", `[ "$DISPLAY" = :7 ] || exit 1; cat '${stage.home.folder}/clipboard'`);
    stage.agent("ready", 'read -r path; echo "got $path."; sleep 1000');
    await stage.until(1);
    stage.press("P");
    await stage.screen.until("claude-bottle: this pane shows no bottle to paste into");
    stage.press("b");
    await stage.screen.until("ready 39 59");
    await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
    writeFileSync(`${stage.home.folder}/clipboard`, "only words");
    stage.press("P");
    await stage.screen.until("claude-bottle: the clipboard holds no picture");
    writeFileSync(`${stage.home.folder}/clipboard`, picture);
    stage.press("P");
    await stage.screen.until(/\/tmp\/picture-\w+\.png/);
    stage.press("\r", { prefix: false });
    const [, path = ""] = /got (.*)\./.exec(await stage.screen.until(/got \/tmp\/picture-\w+\.png\./)) ?? [];
    try {
      expect(readFileSync(path)).toEqual(picture);
    } finally {
      rmSync(path, { force: true });
    }
    expect(stage.tmux("list-buffers")).toBe("");
  }, 30_000);

  test("a program's own copy reaches the outer terminal where tmux lets it", async () => {
    await using stage = new Stage({ tmux, conf: "set -s set-clipboard on" });
    stage.agent("ready", "printf '\\033]52;c;aGVsbG8=\\007'; sleep 1000");
    await stage.until(1);
    stage.press("b");
    await until(
      () => stage.screen.raw.includes("]52;") && stage.screen.raw.includes("aGVsbG8="),
      () => JSON.stringify(stage.screen.raw.slice(-500)),
    );
  }, 30_000);

  test("the status line's segment names who works, and asks no backend", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    const status = async (...words: string[]) => (await stage.home.run(["tmux", "status", ...words])).stdout;
    expect(await status()).toBe("");
    stage.press("b");
    await stage.screen.until("ready 39 59");
    await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
    stage.press("e");
    await stage.until(3);
    await until(async () => (await stage.sessions()).length === 2);
    const calls = stage.home.calls().length;
    expect(await status()).toBe("project 2\n");
    expect(JSON.parse(await status("--json"))).toEqual([
      { bottle: "cb-BOTTLE", directory: "~/home/project", sessions: 2 },
    ]);
    expect(stage.home.calls()).toHaveLength(calls);
  }, 30_000);
});
