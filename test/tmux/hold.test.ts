import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { probeBwrap } from "../../src/backends/bubblewrap/probe.ts";
import { realSystem } from "../../src/system/real.ts";
import { childrenOf, tool, until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

const bwrap = await probeBwrap(realSystem({ PATH: "/usr/bin:/bin" }));
if (!bwrap.usable) console.log(`skipped: ${bwrap.reason}`);

everyTmux((tmux) => {
  test.each(["off", "on", "failed"])(
    "with remain-on-exit %s a failed session stays until a key, and a good end closes its pane",
    async (setting) => {
      await using stage = new Stage({
        tmux,
        conf: `set -g remain-on-exit ${setting}`,
        env: { FAKE_SMOLVM_FAIL_create: "no room left on this machine" },
      });
      await stage.until(1);
      stage.press("b");
      await stage.screen.until(/no room left[^]*enter: close {3}r: again {3}d: doctor/);
      stage.press("r", { prefix: false });
      await until(
        () => stage.home.verbs().filter((verb) => verb === "create").length === 2,
        () => stage.home.verbs().join(" "),
      );
      await stage.screen.until(/no room left[^]*doctor[^]*no room left[^]*doctor/);
      stage.press("d", { prefix: false });
      await stage.screen.until("backend.docker");
      await stage.screen.until(/backend\.docker[^]*enter: close/);
      stage.press("\r", { prefix: false });
      await stage.until(1);
      expect(stage.panes("#{pane_dead}")).toEqual(["0"]);
      expect(await stage.sessions()).toEqual([]);
    },
    30_000,
  );

  test.each([
    ["a mistake in the manifest", "[bottle]\nimagine = 1\n", "imagine"],
    ["no smolvm", `[bottle]\nimage = "/images/claude"\n`, "smolvm, which runs the microVMs"],
  ])(
    "%s can be read",
    async (what, manifest, words) => {
      await using stage = new Stage({ tmux });
      await stage.until(1);
      stage.home.manifest(manifest);
      if (what === "no smolvm") stage.home.removeProgram("smolvm");
      stage.press("b");
      await stage.screen.until(new RegExp(`${words}[^]*\\[status 1\\] {2}enter: close`));
      const [, held = ""] = await stage.until(2);
      // What was meant for the agent is no answer, whatever keys are in it.
      stage.tmux("set-buffer", "read the parser\nquickly\n");
      stage.tmux("paste-buffer", "-t", held);
      await until(() => {
        if (stage.panes("x").length === 1) return true;
        expect(stage.screen.text.match(/enter: close/g)).toHaveLength(1);
        stage.press("q", { prefix: false });
        return false;
      });
    },
    30_000,
  );

  test("a directory that cannot be entered can be read, and is tried again", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    const directory = `${stage.home.project}/later`;
    stage.tmux("new-window", "--", ...tool, "tmux", "pane", directory, "--", "run");
    await stage.screen.until(/cannot enter ".*later": it does not exist\n\n\[status 1\] {2}enter: close/);
    mkdirSync(directory);
    stage.press("r", { prefix: false });
    await stage.screen.until(/ready 39 120 in .*later/);
  }, 30_000);

  test("the agent that fails later is held, the shell that ends with a status of its own is not", async () => {
    await using stage = new Stage({ tmux });
    stage.agent("ready", "sleep 0.5; echo 'I cannot log in'; exit 1");
    await stage.until(1);
    stage.press("b");
    await stage.screen.until(/I cannot log in\n.*\n?.*\[status 1\]/);
    stage.press("\r", { prefix: false });
    await stage.until(1);
    stage.press("e");
    const [, shell = ""] = await stage.until(2);
    await stage.prompt(shell);
    await Bun.sleep(3_100);
    stage.tmux("send-keys", "-t", shell, "exit 3", "Enter");
    await stage.until(1);
  }, 30_000);

  test("the agent that somebody else ended is held", async () => {
    await using stage = new Stage({ tmux });
    stage.agent("ready", "sleep 0.5; kill -TERM $$");
    await stage.until(1);
    stage.press("b");
    await stage.screen.until(/ready[^]*\[status 143\] {2}enter: close/);
    const [, pane = ""] = await stage.until(2);
    stage.tmux("kill-pane", "-t", pane);
    await stage.until(1);
  }, 30_000);

  // The sandbox has the terminal's foreground, and dies without giving it back.
  test.skipIf(!bwrap.usable)(
    "a sandbox that is killed leaves its pane, and so does the program that holds it",
    async () => {
      await using stage = new Stage({ tmux });
      const agent = '[agents.claude]\ncommand = "sh"\nargs = ["-c", "echo ready; exec sleep 1000"]\n';
      stage.home.settings(`[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "open"\n${agent}`);
      stage.home.manifest("");
      await stage.until(1);
      stage.press("b");
      await stage.screen.until("ready");
      expect((await stage.home.run(["stop", "--force"])).code).toBe(0);
      await stage.screen.until(/ready[^]*\[status 143\] {2}enter: close/);
      stage.press("r", { prefix: false });
      await stage.screen.until(/\[status 143\][^]*ready/);
      await until(async () => (await stage.sessions()).length === 1);
      const [holder] = stage.panes("#{pane_pid}").slice(1);
      for (const pid of childrenOf(Number(holder))) process.kill(pid, "SIGKILL");
      await stage.screen.until(/\[status 143\][^]*ready[^]*\[status 137\] {2}enter: close/);
      stage.press("\r", { prefix: false });
      await stage.until(1);
      // The bottle outlives its sessions.
      expect((await stage.home.run(["stop"])).code).toBe(0);
    },
    30_000,
  );

  test("in place of the shell in the pane, and back to it; not in place of an editor", async () => {
    await using stage = new Stage({ tmux });
    stage.agent("ready", "read line");
    stage.home.program("vim", "sleep 1000");
    const [pane = ""] = await stage.until(1);
    stage.bind("h", ["open", "--here"]);
    stage.tmux("send-keys", "-t", pane, "exec sleep 1000", "Enter");
    await until(() => stage.panes("#{pane_current_command}")[0] === "sleep");
    stage.press("h");
    await stage.screen.until('claude-bottle: "sleep" is running in this pane');
    stage.tmux("respawn-pane", "-k", "-t", pane);
    await stage.prompt(pane);
    stage.press("h");
    await stage.screen.until("ready 39 120");
    stage.press("\r", { prefix: false });
    await stage.prompt(pane);
    stage.tmux("send-keys", "-t", pane, "echo $((40 + 2))", "Enter");
    await stage.screen.until(/^42$/m);
  }, 30_000);
});
