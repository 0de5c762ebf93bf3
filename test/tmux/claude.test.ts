// The real Claude Code in a real bubblewrap bottle in a split, against a stand-in for its API on the loopback.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { realSystem } from "../../src/system/real.ts";
import { probeBwrap } from "../../src/backends/bubblewrap/probe.ts";
import { realClaude, whyNoClaude } from "../support/claude/claude.ts";
import { startStubApi } from "../support/claude/stub-api.ts";
import { until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

const probe = await probeBwrap(realSystem({ PATH: "/usr/bin:/bin" }));
const reason = probe.usable ? whyNoClaude() : probe.reason;
if (reason) console.log(`skipped: ${reason}`);

/** A stage whose bottles are of bubblewrap, each call of it noted, and whose agent is the real one. */
async function open(tmux: string, url: string): Promise<Stage & { calls: () => number }> {
  const claude = await realClaude();
  const stage = new Stage({
    tmux,
    env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "sk-ant-api03-offline-0123456789-abcdefghij" },
  });
  rmSync(`${stage.home.project}/bottle.toml`);
  mkdirSync(`${stage.home.folder}/home/.config/claude-bottle`, { recursive: true });
  writeFileSync(
    `${stage.home.folder}/home/.config/claude-bottle/config.toml`,
    '[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "open"\n',
  );
  symlinkSync(claude, `${stage.home.bin}/claude`);
  const log = `${stage.home.folder}/bwrap-calls`;
  stage.home.program("bwrap", `echo call >>'${log}'; exec /usr/bin/bwrap "$@"`);
  await stage.until(1);
  return Object.assign(stage, {
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0),
  });
}

everyTmux((tmux) => {
  test.skipIf(reason !== undefined)(
    "resized 200 times it ends with the right size, with three calls of the backend at most; a killed pane leaves nothing",
    async () => {
      const api = startStubApi({ marker: "STUB" });
      try {
        await using stage = await open(tmux, api.url);
        stage.press("b");
        await stage.screen.until(/❯/, 30_000);
        const [, pane = ""] = await stage.until(2);
        await until(() => stage.tmux("show-options", "-p", "-t", pane).includes("@claude-bottle-kind agent"));
        const before = stage.calls();
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
        expect(stage.calls() - before).toBeLessThanOrEqual(3);
        stage.tmux("send-keys", "-t", pane, "-l", "hello from the pane");
        stage.tmux("send-keys", "-t", pane, "Enter");
        await stage.screen.until("STUB: hello from the pane");
        stage.tmux("kill-pane", "-t", pane);
        await until(
          async () =>
            (await stage.sessions()).length === 0 &&
            !stage.left.some((line) => /bwrap|pty-resize|\/claude( |$)| run( |$)/.test(line)),
          () => stage.left.join("\n"),
        );
      } finally {
        await api.stop();
      }
    },
    90_000,
  );
});
