import { expect, test } from "bun:test";
import { Stage } from "../support/tmux.ts";

test("a key opens the agent beside the pane, another a shell in the same bottle; a good end closes the pane", async () => {
  await using stage = new Stage();
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
  await stage.screen.until("ready 39 59");
  expect(await stage.sessions()).toEqual([`agent ${agent}`]);
}, 30_000);
