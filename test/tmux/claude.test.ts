// The real Claude Code in a real bubblewrap bottle in a split, against a stand-in for its API on the loopback.
import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { placeBinary } from "../support/binary.ts";
import { ClaudeStage, whyNoClaudeStage } from "../support/claude-stage.ts";
import { Home, until } from "../support/tool.ts";
import { everyTmux } from "../support/tmuxes.ts";

const reason = whyNoClaudeStage();
if (reason) console.log(`skipped: ${reason}`);

/** A bottle lives until it is stopped: its holder, and its way to the network. */
const isBottles = (line: string) => /^\d+ (\S*\/bwrap |\S+ proxy )/.test(line);

everyTmux((tmux) => {
  test.skipIf(reason !== undefined)(
    "resized 200 times it ends with the right size, with three calls of the backend at most",
    async () => {
      await using stage = await ClaudeStage.open({ tmux });
      await stage.until(1);
      stage.press("b");
      await stage.screen.until(/❯/, 30_000);
      const [, pane = ""] = await stage.until(2);
      await until(() => stage.tmux("show-options", "-p", "-t", pane).includes("@claude-bottle-kind agent"));
      const before = stage.calls;
      for (let step = 0; step < 200; step += 1) {
        stage.screen.resize(80 + ((step * 37) % 90), 24 + ((step * 11) % 30));
        await Bun.sleep(5);
      }
      stage.screen.resize(140, 42);
      const width = () => Number(stage.tmux("display-message", "-p", "-t", pane, "#{pane_width}"));
      await until(() => stage.tmux("display-message", "-p", "#{window_width}") === "140");
      // The rule above Claude's prompt is as wide as Claude believes its terminal to be.
      const rule = () => /^─{20,}$/m.exec(stage.tmux("capture-pane", "-p", "-t", pane))?.[0].length;
      await until(
        () => rule() === width(),
        () => `${rule()} of ${width()}\n${stage.tmux("capture-pane", "-p", "-t", pane)}`,
      );
      expect(stage.calls - before).toBeLessThanOrEqual(3);
      stage.tmux("send-keys", "-t", pane, "-l", "hello from the pane");
      stage.tmux("send-keys", "-t", pane, "Enter");
      await stage.screen.until("STUB: hello from the pane");
    },
    90_000,
  );

  test.skipIf(reason !== undefined || process.getuid?.() !== 0)(
    "of an ordinary user: Claude, and beside it a shell of the same bottle, whose files are that user's",
    async () => {
      // The checkout may be where only root may look.
      using home = new Home();
      const program = await placeBinary(`${home.directory}/claude-bottle`);
      chmodSync(home.directory, 0o755);
      await using stage = await ClaudeStage.open({ tmux, uid: 12345, program: [program] });
      await stage.until(1);
      stage.press("b");
      await stage.screen.until(/❯/, 30_000);
      await until(async () => /^agent %/.test((await stage.sessions())[0] ?? ""));
      stage.press("e");
      const [, , shell = ""] = await stage.until(3);
      await stage.prompt(shell);
      stage.tmux("send-keys", "-t", shell, "echo from $(id -u) >made.txt", "Enter");
      const made = `${stage.home.project}/made.txt`;
      await until(() => existsSync(made) && readFileSync(made, "utf8") === "from 12345\n");
      expect(statSync(made).uid).toBe(12345);
      expect(await stage.sessions()).toHaveLength(2);
    },
    60_000,
  );

  test.skipIf(reason !== undefined).each([
    ["pane", ["kill-pane", "-t"]],
    ["window", ["kill-window", "-t"]],
    ["session", ["kill-session", "-t"]],
    ["server", ["kill-server"]],
  ])(
    "killing the %s leaves no process of its session, the bottle as it was, and a true ledger",
    async (what, words) => {
      await using stage = await ClaudeStage.open({ tmux });
      await stage.until(1);
      // So that neither the window nor the session is the last one.
      stage.tmux("new-session", "-d", "-s", "other", "sleep", "1000");
      stage.tmux("new-window", "-d", "-t", "main", "sleep", "1000");
      const others = await until(
        () => stage.left.filter((line) => / sleep 1000 $/.test(line)).length === 2 && stage.left,
      );
      stage.press("b");
      await stage.screen.until(/❯/, 30_000);
      await until(async () => /%/.test((await stage.sessions())[0] ?? ""));
      const pane = (await stage.sessions())[0]?.split(" ")[1] ?? "";
      expect(stage.panes("#{pane_id}")).toContain(pane);
      stage.tmux(...words, ...(what === "server" ? [] : [pane]));
      await until(
        () => stage.left.every((line) => others.includes(line) || isBottles(line)),
        () => stage.left.join("\n"),
      );
      expect(await stage.sessions()).toEqual([]);
    },
    60_000,
  );
});
