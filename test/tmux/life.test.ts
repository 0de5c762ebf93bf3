import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { childrenOf, until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

/** A stage whose second pane shows the agent, and the third a shell of the same bottle. */
async function working(tmux: string, { ignoring }: { ignoring: string }): Promise<Stage> {
  const stage = new Stage({ tmux });
  stage.agent("ready", `trap '' ${ignoring}; while :; do sleep 0.05; done`);
  await stage.until(1);
  stage.press("b");
  await stage.screen.until("ready 39 59");
  stage.press("e");
  await stage.until(3);
  await until(async () => (await stage.sessions()).length === 2);
  return stage;
}

everyTmux((tmux) => {
  test.each([
    ["the pane", ["kill-pane", "-t", "%1"], 1, "INT"],
    // Which costs the time that such an agent is given.
    ["the window", ["kill-window", "-t", "%1"], 0, "HUP"],
    ["the session", ["kill-session", "-t", "main"], 0, "INT"],
    ["the server", ["kill-server"], 0, "INT"],
  ] as const)(
    "killing %s leaves no process of it, and a true ledger",
    async (what, words, left, ignoring) => {
      await using stage = await working(tmux, { ignoring });
      // The window and the session are not the server's last ones.
      if (what !== "the server") stage.tmux("new-session", "-d", "-s", "other", "sleep", "1000");
      if (what === "the window") stage.tmux("new-window", "-d", "sleep", "1000");
      stage.tmux(...words);
      await until(
        async () => (await stage.sessions()).length === left,
        () => stage.left.join("\n"),
      );
      await until(
        () => !stage.left.some((line) => / run( |$)|bin\/agent/.test(line)),
        () => stage.left.join("\n"),
        30_000,
      );
    },
    60_000,
  );

  test("the guest's size is right after every kind of change", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    stage.press("b");
    await stage.screen.until("ready 39 59 in");
    const [, pane = ""] = await stage.until(2);
    const shown = () =>
      stage
        .tmux("capture-pane", "-p", "-S", "-100", "-t", pane)
        .split("\n")
        .filter((line) => line.startsWith("ready"));
    /** The pane has that width, and the last size that the agent saw is the pane's own. */
    const settled = (width: number) =>
      until(
        () => {
          const size = stage.tmux("display-message", "-p", "-t", pane, "#{pane_height} #{pane_width}");
          return size.endsWith(` ${width}`) && shown().at(-1)?.startsWith(`ready ${size} in`);
        },
        () => `${width} columns\n${shown().join("\n")}`,
      );
    stage.press("z");
    await settled(120);
    stage.press("z");
    await settled(59);
    stage.tmux("select-layout", "even-vertical");
    await settled(120);
    stage.tmux("resize-pane", "-t", pane, "-y", "30");
    await settled(120);
    stage.screen.resize(90, 30);
    await settled(90);
    const small = stage.attach({ columns: 70, rows: 20 });
    await settled(70);
    stage.press("d", { screen: small });
    await settled(90);
    stage.tmux("new-session", "-d", "-s", "other", "-x", "90", "-y", "30", "sleep", "1000");
    stage.tmux("switch-client", "-t", "other");
    stage.screen.resize(100, 34);
    stage.tmux("switch-client", "-t", "main");
    await settled(100);
    stage.press("d");
    await until(() => stage.tmux("list-clients") === "");
    stage.attach({ columns: 80, rows: 24 });
    await settled(80);
    expect(stage.home.calls().filter((call) => call.includes("settle")).length).toBeLessThanOrEqual(1);
  }, 60_000);

  test("tmux-resurrect finds a command in the pane that works again", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    stage.press("b");
    await stage.screen.until("ready 39 59");
    const leader = stage.tmux("display-message", "-p", "#{pane_pid}");
    // As its ps strategy does: the arguments of the one child of the pane's process, typed into a shell in that directory.
    const [child = 0] = childrenOf(Number(leader));
    const saved = readFileSync(`/proc/${child}/cmdline`, "utf8").split("\0").join(" ").trim();
    expect(saved).toMatch(/ run$/);
    stage.tmux("kill-pane");
    await stage.until(1);
    stage.tmux("send-keys", "-t", "%0", `export PATH='${stage.env.PATH}'; ${saved}`, "Enter");
    await stage.screen.until("ready 39 120");
  }, 30_000);
});
