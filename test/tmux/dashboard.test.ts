// The dashboard in a real tmux: it moves the panes of sessions, and ends none.
import { expect, test } from "bun:test";
import { until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

/** A stage with an agent in the pane %1 of its first window, and the dashboard in a window of its own, in %2. */
async function opened(tmux: string): Promise<Stage> {
  const stage = new Stage({ tmux });
  await stage.until(1);
  stage.press("b");
  await stage.screen.until("ready 39 59");
  await stage.until(2);
  stage.press("A");
  await stage.until(3);
  await stage.screen.until(/› project +(idle|working)/);
  return stage;
}

const where = (stage: Stage, pane: string) =>
  stage.panes("#{pane_id} #{window_index}.#{pane_index}").find((line) => line.startsWith(`${pane} `));

everyTmux((tmux) => {
  test("enter goes to the session's own pane, and o brings that pane and puts it back, whatever happens", async () => {
    await using stage = await opened(tmux);
    const pid = stage.tmux("display-message", "-p", "-t", "%1", "#{pane_pid}");
    const home = where(stage, "%1");
    await stage.screen.until(/ready 39 59 in .*\n/);
    for (let round = 0; round < 3; round += 1) {
      stage.tmux("send-keys", "-t", "%2", "o");
      await until(() => where(stage, "%1") === "%1 1.1", () => stage.screen.text);
      await stage.screen.until("o puts the pane back");
      stage.tmux("send-keys", "-t", "%2", "o");
      await until(() => where(stage, "%1") === home, () => stage.screen.text);
      await until(() => stage.panes("#{pane_id}").length === 3);
    }
    stage.tmux("send-keys", "-t", "%2", "Enter");
    await until(() => stage.tmux("display-message", "-p", "#{window_index}.#{pane_id}") === "0.%1");
    // A dashboard that is killed leaves the pane beside it, and the next one returns it.
    stage.tmux("select-window", "-t", "1");
    stage.tmux("send-keys", "-t", "%2", "o");
    await until(() => where(stage, "%1") === "%1 1.1");
    process.kill(Number(stage.tmux("display-message", "-p", "-t", "%2", "#{pane_pid}")), "SIGKILL");
    await until(() => !stage.panes("#{pane_id}").includes("%2"));
    stage.press("A");
    const dashboard = await until(() => stage.panes("#{pane_id} #{pane_start_command}").find((line) => / pane .*dashboard/.test(line))?.split(" ")[0]);
    await stage.screen.until("› project");
    stage.tmux("send-keys", "-t", dashboard, "q");
    await until(() => where(stage, "%1") === home, () => stage.panes("#{pane_id} #{window_index}.#{pane_index}").join("\n"));
    expect(stage.tmux("display-message", "-p", "-t", "%1", "#{pane_pid}")).toBe(pid);
  }, 90_000); // prettier-ignore

  test("two dashboards move one pane and lose it to none, and go with their server", async () => {
    await using stage = await opened(tmux);
    const home = where(stage, "%1");
    const other = stage.tmux("new-window", "-P", "-F", "#{pane_id}", "-c", stage.home.project, stage.ownProgram(), "dashboard");
    await stage.screen.until("› project");
    const press = (pane: string, there: (at: string | undefined) => boolean) => {
      stage.tmux("send-keys", "-t", pane, "o");
      return until(() => there(where(stage, "%1")), () => `${where(stage, "%1")}\n${stage.screen.text}`);
    };
    await press("%2", (at) => at === "%1 1.1");
    await press(other, (at) => at === home);
    await press(other, (at) => at === "%1 2.1");
    await press("%2", (at) => at === home);
    stage.tmux("send-keys", "-t", "%2", "q");
    await until(() => !stage.panes("#{pane_id}").includes("%2"));
    expect(where(stage, "%1")).toBe(home!);
    stage.tmux("kill-server");
    await until(() => stage.left.length === 0, () => stage.left.join("\n"));
  }, 60_000); // prettier-ignore

  test("a shell opens beside the list, a popup goes to the session and closes", async () => {
    await using stage = await opened(tmux);
    stage.tmux("send-keys", "-t", "%2", "s");
    await stage.until(4);
    await until(async () => (await stage.sessions()).some((line) => line.startsWith("shell")));
    stage.tmux("select-window", "-t", "1");
    stage.bind("Y", ["open", "--dashboard", "--popup"]);
    stage.press("Y");
    await stage.screen.until(/┌─+┐[^]*› project/);
    stage.screen.press("o");
    await stage.screen.until("a popup cannot hold another pane");
    stage.screen.press("G\r");
    await until(() => stage.tmux("display-message", "-p", "#{window_index}") === "0", () => stage.screen.text);
  }, 60_000); // prettier-ignore
});
