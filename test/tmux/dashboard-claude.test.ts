// The dashboard in tmux, key by key, over bubblewrap bottles with the real Claude Code in panes and in the background.
import { expect, test } from "bun:test";
import { ClaudeStage, whyNoClaudeStage } from "../support/claude-stage.ts";
import { until } from "../support/tool.ts";
import { everyTmux } from "../support/tmuxes.ts";

const reason = whyNoClaudeStage();
if (reason) console.log(`skipped: ${reason}`);

const manual = ["--permission-mode", "manual"];

/** A stage with an agent in a window for each name, and the dashboard in a window of its own. */
class Desk implements AsyncDisposable {
  readonly stage: ClaudeStage;
  readonly agents: readonly string[];
  readonly dashboard: string;

  private constructor(stage: ClaudeStage, agents: readonly string[], dashboard: string) {
    this.stage = stage;
    this.agents = agents;
    this.dashboard = dashboard;
  }

  static async open(tmux: string, names: readonly string[]): Promise<Desk> {
    const stage = await ClaudeStage.open({ tmux, columns: 160, rows: 45 });
    await stage.until(1);
    const cb = stage.ownProgram();
    const inProject = ["-P", "-F", "#{pane_id}", "-c", stage.home.project];
    const agents = names.map((name) => stage.tmux("new-window", "-d", ...inProject, "-n", name, cb, "run", "--", ...manual));
    for (const pane of agents) await showing(stage, pane, /^❯/m);
    const dashboard = stage.tmux("new-window", ...inProject, "-n", "desk", cb, "dashboard");
    await stage.screen.until(/› project/);
    return new Desk(stage, agents, dashboard);
  } // prettier-ignore

  /** Keys to the dashboard, wherever the user is. */
  async press(keys: readonly string[], next: RegExp | string): Promise<void> {
    for (const key of keys) this.stage.tmux("send-keys", "-t", this.dashboard, ...(key.length > 1 ? [key] : ["-l", "--", key]));
    await showing(this.stage, this.dashboard, next);
  } // prettier-ignore

  /** A line that the agent's user typed. */
  async prompt(pane: string, text: string): Promise<void> {
    this.stage.tmux("send-keys", "-t", pane, "-l", "--", text);
    await showing(this.stage, pane, new RegExp(`❯.${RegExp.escape(text.slice(0, 20))}`));
    this.stage.tmux("send-keys", "-t", pane, "Enter");
  }

  /** Back to the dashboard, where a split took the keyboard. */
  look = () => this.stage.tmux("select-pane", "-t", this.dashboard);

  /** Closes what was opened beside the list. */
  async alone(): Promise<void> {
    this.stage.tmux("kill-pane", "-a", "-t", this.dashboard);
    await until(() => this.beside().length === 0);
  }

  beside = () => this.stage.tmux("list-panes", "-t", this.dashboard, "-F", "#{pane_id}").split("\n").filter((pane) => pane !== this.dashboard); // prettier-ignore

  /** The one that comes where there was none beside the list. */
  opened = (): Promise<string> => until(() => this.beside().at(-1));

  [Symbol.asyncDispose] = () => this.stage[Symbol.asyncDispose]();
}

const showing = (stage: ClaudeStage, pane: string, text: RegExp | string) =>
  until(
    () => {
      const shown = stage.tmux("capture-pane", "-p", "-t", pane);
      return typeof text === "string" ? shown.includes(text) : text.test(shown);
    },
    () => `${text} in ${pane}:\n${stage.tmux("capture-pane", "-p", "-t", pane)}`,
    60_000,
  );

everyTmux((tmux) => {
  test.skipIf(reason !== undefined)(
    "o ten times over three sessions that work: no turn is lost, and every pane is back where it was",
    async () => {
      await using desk = await Desk.open(tmux, ["one", "two", "three"]);
      const { stage, agents } = desk;
      const layout = () => stage.panes("#{pane_id} #{pane_pid} #{window_name}").sort();
      const before = layout();
      for (const pane of agents) await desk.prompt(pane, `{"text":"turn of ${pane}","delayMs":6000}`);
      await desk.press(["g"], /WORKING[^]*project:3/);
      for (let round = 0; round < 10; round += 1) {
        const where = layout().join();
        const chosen = Array.from({ length: round % 3 }, () => "j");
        await desk.press(["g", ...chosen, "o"], /o puts the pane back|the pane is back in its place/);
        await until(() => layout().join() !== where, () => `round ${round}: ${where}\n${stage.screen.text}`);
      }
      await desk.press(["q"], "").catch(() => {});
      const isDesk = (line: string) => line.startsWith(`${desk.dashboard} `);
      await until(() => layout().join() === before.filter((line) => !isDesk(line)).join(), () => layout().join("\n"));
      for (const pane of agents) await showing(stage, pane, `STUB: turn of ${pane}`);
    },
    180_000,
  ); // prettier-ignore

  test.skipIf(reason !== undefined)(
    "replies, splits, background sessions in a remembered pane, new sessions, the mouse, and stop",
    async () => {
      await using desk = await Desk.open(tmux, ["one"]);
      const { stage } = desk;
      const [agent = ""] = desk.agents;
      await desk.prompt(agent, '{"bash":"touch made"}');
      await desk.press([], /WAITING\s+› project +permission +\d+s +Bash: touch made[^]*Do you want to proceed/);
      await desk.press(["r", "no", "Enter"], "project shows a menu");
      await desk.press(["r", "1", "Enter"], /› project +done +\d+s +STUB: tool finished/);
      await desk.press(["r", "and more", "Enter"], "sent to project");
      await showing(stage, agent, "STUB: and more");

      for (const [key, text] of [["d", /no commit to compare with[^]*enter: close/], ["l", /started[^]*enter: close/], ["s", /[#$]$/m], ["h", /[#$]$/m]] as const) {
        stage.tmux("send-keys", "-t", desk.dashboard, key);
        await showing(stage, await desk.opened(), text);
        await desk.alone();
      }

      await desk.press(["n", "Tab", "Enter"], /started background session [0-9a-f]{8}/);
      await desk.press(["/", "background", "Enter"], "nothing matches");
      await desk.press(["Escape"], /project:2 +idle/);
      // A click selects, a second one goes there: the session is attached beside the list, and later shown again.
      const line = (await stage.screen.until("project:2")).split("\n").findIndex((text) => text.includes("project:2")) + 1;
      const click = `\x1b[<0;9;${line}M\x1b[<0;9;${line}m`;
      stage.screen.press(click);
      await desk.press([], /› project:2[^]*── project:2 · .* · background[^]*Claude Code v/);
      stage.screen.press(click + click);
      const attached = await desk.opened();
      await showing(stage, attached, /^❯/m);
      desk.look();
      await desk.press(["Enter"], /› project:2/);
      await until(() => stage.tmux("display-message", "-p", "#{pane_id}") === attached);
      expect(desk.beside()).toEqual([attached]);

      desk.look();
      await desk.press(["x", "y"], "stopped the session of project:2");
      await until(() => desk.beside().length === 0);
      await desk.press(["n", "Enter"], "› project");
      await showing(stage, await desk.opened(), /^❯/m);
      desk.look();
      await desk.press(["Enter"], /project:2/);
      await until(() => stage.tmux("display-message", "-p", "#{window_name}") === "one");
    },
    180_000,
  ); // prettier-ignore
});
