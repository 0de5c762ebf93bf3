import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

const picture = Buffer.from("\x89PNG\r\n\x1a\n\0\xff and so on", "latin1");

/** What the real ones say where the clipboard holds no picture. */
const clipboards = [
  { program: "xclip", variable: "DISPLAY", complaint: "Error: target image/png not available" },
  {
    program: "wl-paste",
    variable: "WAYLAND_DISPLAY",
    complaint: "Clipboard content is not available as requested type",
  },
] as const;

const missing = ["Xvfb", "xclip"].find((program) => !Bun.which(program));
if (missing) console.log(`skipped, the real xclip: ${missing} is not installed`);

/** An X server that nobody sees, and its name. */
function startScreen() {
  const process = Bun.spawn(["Xvfb", "-displayfd", "1", "-screen", "0", "64x64x8", "-nolisten", "tcp"], {
    stdout: "pipe",
    stderr: "ignore",
  });
  return {
    async display() {
      const { value } = await process.stdout.getReader().read();
      return `:${new TextDecoder().decode(value).trim()}`;
    },
    async [Symbol.asyncDispose]() {
      process.kill();
      await process.exited;
    },
  };
}

everyTmux((tmux) => {
  test.each(clipboards)(
    "the picture of the client's clipboard gets into the bottle, by $program, and its path is typed there",
    async ({ program, variable, complaint }) => {
      await using stage = new Stage({ tmux });
      const clipboard = `${stage.home.directory}/clipboard`;
      stage.home.program(
        program,
        `case " $* " in *" image/png "*) ;; *) exit 2 ;; esac
[ "$${variable}" = :7 ] && [ -e '${clipboard}' ] && exec cat '${clipboard}'
echo '${complaint}' >&2; exit 1`,
      );
      stage.agent("ready", 'read -r path; echo "got $path."; sleep 1000');
      await stage.until(1);
      stage.press("P");
      await stage.screen.until("claude-bottle: this pane does not show a bottle");
      stage.press("b");
      await stage.screen.until("ready 39 59");
      await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
      // This one has no screen to paste from.
      stage.press("P");
      await stage.screen.until("claude-bottle: this terminal has no display, so its clipboard cannot be read");
      const screen = stage.attach({ env: { [variable]: ":7" } });
      await screen.until("ready 39 59");
      stage.press("P", { screen });
      await screen.until("claude-bottle: the clipboard holds no picture");
      writeFileSync(clipboard, picture);
      stage.press("P", { screen });
      await screen.until(/\/tmp\/picture-\w+\.png/);
      stage.press("\r", { prefix: false, screen });
      const [, path = ""] = /got (.*)\./.exec(await screen.until(/got \/tmp\/picture-\w+\.png\./)) ?? [];
      try {
        expect(readFileSync(path)).toEqual(picture);
      } finally {
        rmSync(path, { force: true });
      }
      expect(stage.tmux("list-buffers")).toBe("");
    },
    30_000,
  );

  test.skipIf(missing !== undefined)(
    "the picture that the real xclip holds",
    async () => {
      await using server = startScreen();
      const DISPLAY = await server.display();
      await using stage = new Stage({ tmux, env: { DISPLAY } });
      writeFileSync(`${stage.home.directory}/clipboard`, picture);
      const copy = ["xclip", "-selection", "clipboard", "-t", "image/png", "-i", `${stage.home.directory}/clipboard`];
      // It goes on in the background, until the server ends.
      Bun.spawnSync(copy, { env: { DISPLAY }, stdio: ["ignore", "ignore", "ignore"] });
      stage.agent("ready", 'read -r path; cmp "$path" ../../clipboard && echo same; rm "$path"; sleep 1000');
      await stage.until(1);
      stage.press("b");
      await stage.screen.until("ready 39 59");
      await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
      stage.press("P");
      await stage.screen.until(/\/tmp\/picture-\w+\.png/);
      stage.press("\r", { prefix: false });
      await stage.screen.until(/^.*same *$/m);
    },
    30_000,
  );

  test.each([
    ["on", true],
    ["external", false],
    ["off", false],
  ] as const)(
    "with set-clipboard %s a program's own copy reaches the outer terminal: %p",
    async (setting, reaches) => {
      await using stage = new Stage({ tmux, conf: `set -s set-clipboard ${setting}` });
      stage.agent("ready", "printf '\\033]52;c;aGVsbG8=\\007copied'; sleep 1000");
      await stage.until(1);
      stage.press("b");
      await stage.screen.until("copied");
      const copied = () => /\x1b\]52;\w*;aGVsbG8=/.test(stage.screen.raw);
      if (reaches) await until(copied, () => JSON.stringify(stage.screen.raw.slice(-500)));
      else expect(copied()).toBe(false);
    },
    30_000,
  );

  test("the status line's segment names who works, and asks no backend", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    // No backend's program is on that PATH.
    const env = { PATH: stage.home.project };
    const status = async (...words: string[]) => (await stage.home.run(["tmux", "status", ...words], { env })).stdout;
    expect(await status()).toBe("");
    stage.press("b");
    await stage.screen.until("ready 39 59");
    await until(() => stage.panes("#{@claude-bottle}").some(Boolean));
    stage.press("e");
    await stage.until(3);
    await until(async () => (await stage.sessions()).length === 2);
    expect(await status()).toBe("project 2\n");
    expect(JSON.parse(await status("--json"))).toEqual([
      { bottle: "cb-BOTTLE", directory: "~/home/project", sessions: 2 },
    ]);
  }, 30_000);
});
