import { expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { resolve } from "node:path";
import { tmuxQuote } from "../../src/tmux/argv.ts";
import { tool, until } from "../support/tool.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";

const samples: readonly (readonly [string, string | undefined])[] = [
  ["empty", ""],
  ["absent", undefined],
  ["without a final newline", "set -g mouse on\nset -g history-limit 50000"],
  ["with a plugin manager", "set -g @plugin 'tmux-plugins/tpm'\n\nrun '~/.tmux/plugins/tpm/tpm'\n"],
  ["of other bytes", '# caf\xe9 \xff\nset -g @a "#{pane_id}"\r\n'],
];

everyTmux((tmux) => {
  /** A server that reads the home's own configuration, and the program as called from it. */
  function open(text: string | undefined, files: Record<string, string> = {}) {
    const stage = new Stage({ tmux, bindings: false, home: text, files });
    const file = `${stage.home.directory}/home/.tmux.conf`;
    const call = async (...words: string[]) => {
      const TMUX = `${stage.socket},${stage.tmux("display-message", "-p", "#{pid}")},0`;
      return stage.home.run(["tmux", ...words], { env: { TMUX } });
    };
    const read = () => (existsSync(file) ? readFileSync(file, "latin1") : undefined);
    return { stage, file, call, read };
  }

  test.each(samples)(
    "a configuration %s is as it was after install and uninstall, and the keys work in between",
    async (_, text) => {
      const { stage, call, read } = open(text);
      await using _stage = stage;
      await stage.until(1);
      stage.tmux("set-option", "-g", "assume-paste-time", "0");
      const first = await call("install", "--yes");
      expect([first.code, first.stdout]).toEqual([0, ""]);
      const installed = read();
      expect(installed).toContain("bind-key");
      stage.press("b");
      await stage.screen.until("ready 39 59");
      expect((await call("install", "--yes")).stderr).toContain("already has these bindings");
      expect(read()).toBe(installed);
      expect((await call("uninstall", "--yes")).code).toBe(0);
      expect(read()).toBe(text);
      expect(stage.tmux("list-keys", "-T", "prefix")).not.toContain("tmux open");
    },
    30_000,
  );

  test("without a yes nothing is written; --dry-run prints the change", async () => {
    const { stage, file, call, read } = open("set -g mouse on\n");
    await using _stage = stage;
    await stage.until(1);
    const dry = await call("install", "--dry-run");
    expect([dry.code, dry.stdout.split("\n").slice(0, 2)]).toEqual([
      0,
      ["~/home/.tmux.conf, line 2:", "+# >>> claude-bottle >>>"],
    ]);
    const refused = await call("install", "--file", file);
    expect([refused.code, refused.stderr.split("\n").slice(-3)]).toEqual([
      1,
      [
        "claude-bottle: this asks before it changes a file, and there is no terminal to ask on",
        "  to change it without a question, add --yes; to see the change only, --dry-run",
        "",
      ],
    ]);
    expect(read()).toBe("set -g mouse on\n");
  }, 30_000);

  test("in a terminal it asks, and takes a no and a yes", async () => {
    const { stage, read } = open("");
    await using _stage = stage;
    const [pane = ""] = await stage.until(1);
    await stage.prompt(pane);
    const cb = stage.ownProgram();
    for (const [answer, written] of [
      ["n", false],
      ["y", true],
    ] as const) {
      stage.tmux(
        "send-keys",
        "-t",
        pane,
        `clear; echo asked ${answer}; ${cb} tmux install; echo "${answer}: $?"`,
        "Enter",
      );
      await stage.screen.until(new RegExp(`^asked ${answer}$[^]*Apply this change\\? \\[y/N\\]$`, "m"));
      stage.tmux("send-keys", "-t", pane, answer, "Enter");
      await stage.screen.until(new RegExp(`^${answer}: 0$`, "m"));
      expect(read()?.includes("bind-key")).toBe(written);
    }
  }, 30_000);

  test("a read-only file and a pipe are refused, a symlink is written through, a mode stays", async () => {
    const { stage, file, call } = open(undefined);
    await using _stage = stage;
    await stage.until(1);
    const real = `${stage.home.directory}/dotfiles`;
    writeFileSync(real, "# mine\n", { mode: 0o444 });
    symlinkSync(real, file);
    const refused = await call("install", "--yes");
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('claude-bottle: "~/home/.tmux.conf" is read-only\n  if another program writes it'),
    ]);
    chmodSync(real, 0o640);
    await call("install", "--yes");
    expect(readFileSync(real, "utf8")).toContain("# >>> claude-bottle >>>");
    expect(statSync(real).mode & 0o777).toBe(0o640);
    await call("uninstall", "--yes");
    expect(readFileSync(real, "utf8")).toBe("# mine\n");
    rmSync(real);
    expect((await call("install", "--yes")).stderr).toContain("is a symlink to a file that does not exist");
    Bun.spawnSync(["mkfifo", real]);
    expect((await call("install", "--yes")).stderr).toBe('claude-bottle: "~/home/.tmux.conf" is not a regular file\n');
  }, 30_000);

  test("a key of the user's stays the user's, and another one can be chosen", async () => {
    const { stage, file, call, read } = open("");
    await using _stage = stage;
    await stage.until(1);
    stage.tmux("bind-key", "b", "display-message", "mine");
    const { stderr } = await call("install", "--yes", "--menu-key", "Y", "--paste-key", "none");
    expect(stderr).toContain(
      "claude-bottle: warning: prefix b is not changed; it is already bound: display-message mine\n",
    );
    expect(stderr).toContain("choose another key: --open-key KEY");
    expect(
      read()
        ?.match(/bind-key .*?" \S+ run/g)
        ?.map((line) => line.split(" ").at(-2)),
    ).toEqual(["e", "Y", "A", "W"]);
    expect(stage.tmux("list-keys", "-T", "prefix")).toContain("display-message mine");
  }, 30_000);

  test("the server has the keys of the last install, and loses none that the user bound to a verb of ours", async () => {
    const { stage, call } = open("");
    await using _stage = stage;
    await stage.until(1);
    stage.bind("N", ["open", "--window"]);
    const bound = () => [...stage.tmux("list-keys", "-T", "prefix").matchAll(/prefix +(\S+) .*--pane/g)].map(([, key]) => key).sort(); // prettier-ignore
    await call("install", "--yes");
    expect(bound()).toEqual(["A", "B", "N", "P", "W", "b", "e"]);
    await call("install", "--yes", "--open-key", "Y", "--paste-key", "\\");
    expect(bound()).toEqual(["A", "B", "N", "W", "Y", "\\\\", "e"]);
    await call("uninstall", "--yes");
    expect(bound()).toEqual(["N"]);
  }, 30_000);

  test("the installed keys find a program that the server's PATH does not hold", async () => {
    const { stage, call, read } = open("");
    await using _stage = stage;
    await stage.until(1);
    stage.tmux("set-option", "-g", "assume-paste-time", "0");
    stage.tmux("set-environment", "-g", "PATH", "/usr/bin:/bin");
    expect((await call("install", "--yes")).code).toBe(0);
    expect(read()).toContain(resolve(tool[0] ?? ""));
    stage.press("b");
    await stage.screen.until(/smolvm, which runs the microVMs[^]*enter: close/);
    stage.press("\r", { prefix: false });
  }, 30_000);

  test("keys that cannot be bound are refused before anything is written", async () => {
    const { stage, call, read } = open("set -g mouse on\n");
    await using _stage = stage;
    await stage.until(1);
    const none = ["open", "shell", "menu", "dashboard", "next", "paste"].flatMap((action) => [
      `--${action}-key`,
      "none",
    ]);
    const noKey =
      "claude-bottle: there is no key left to bind\n  choose one: claude-bottle tmux install --open-key KEY\n";
    for (const [words, stderr] of [
      [["--open-key", "Ctrl+X"], "claude-bottle: tmux: unknown key: Ctrl+X\n"],
      [none, noKey],
      [
        ["--menu-key", "b"],
        'claude-bottle: two actions use the key "b"\n  choose another key for one of them, or none\n',
      ],
    ] as const) {
      const refused = await call("install", "--yes", ...words);
      expect(refused.stderr).toBe(stderr);
      expect(read()).toBe("set -g mouse on\n");
    }
    expect((await call("install", "--dry-run", "--open-key=^B")).stderr).toContain(
      "prefix C-b is not changed; it is already bound: send-prefix\n",
    );
    for (const key of ["\\", ";", "M-b"])
      expect((await call("install", "--dry-run", `--open-key=${key}`)).stderr).toMatch(
        /^(claude-bottle: warning: prefix . is not changed; it is already bound: .*\n.*\n)?$/,
      );
    for (const key of ["M-;", 'M-"', "M-'", "M-\\"])
      expect((await call("install", "--dry-run", `--open-key=${key}`)).stdout).toContain(
        ` ${tmuxQuote(key)} run-shell`,
      );
    expect(stage.tmux("list-keys")).not.toContain("claude-bottle");
  }, 30_000);

  test("the lines that Claude Code is better with are offered, and written when asked for", async () => {
    const { stage, file, call, read } = open("");
    await using _stage = stage;
    await stage.until(1);
    expect((await call("install", "--yes")).stderr).toMatch(
      /tmux install --options sets them:\n {2}set -sq extended-keys on {3}# Shift/,
    );
    expect(read()).not.toContain("extended-keys");
    const { stderr } = await call("install", "--yes", "--options");
    expect(stderr).not.toContain("works better with");
    expect(read()).toContain("set -sq set-clipboard external\n");
    expect(stage.tmux("show-options", "-sv", "set-clipboard")).toBe("external");
    for (const words of [["--options"], []])
      expect((await call("install", "--yes", ...words)).stderr).toContain("already has these bindings");
    expect((await call("uninstall", "--yes")).code).toBe(0);
    expect(read()).toBe("");
  }, 30_000);

  test("it finds the configuration that this tmux reads: XDG's, the local one of somebody's whole program, and its own lines again", async () => {
    const { stage, file, call } = open("source ~/.tmux.conf.local # if-shell tmux.conf.local\n");
    await using _stage = stage;
    await stage.until(1);
    const where = async () => (await call("install", "--dry-run")).stdout.split(",")[0];
    writeFileSync(`${file}.local`, "");
    expect(await where()).toBe("~/home/.tmux.conf.local");
    rmSync(`${file}.local`);
    rmSync(file);
    mkdirSync(`${stage.home.directory}/home/.config/tmux`, { recursive: true });
    expect(await where()).toBe("~/home/.config/tmux/tmux.conf");
    expect((await call("install", "--yes")).code).toBe(0);
    writeFileSync(file, "# made later, and read before the other one\n");
    expect((await stage.home.run(["tmux", "uninstall", "--dry-run"])).stdout.split(",")[0]).toBe(
      "~/home/.config/tmux/tmux.conf",
    );
  }, 30_000);

  test("a configuration whose end is a shell script, as of Oh my tmux!, gets the lines before it", async () => {
    const files = {
      ".tmux.conf.local": `# : << 'EOF'\nset -g assume-paste-time 0\n\n# # keep this\n# EOF\n# greet() { echo hello; }\n# "$@"\n# # nothing below\n`,
    };
    const home = `# : << 'EOF'\nbind b list-buffers\nrun 'cut -c3- ~/.tmux.conf | sh -s load'\n# EOF\n# load() { tmux source-file ~/.tmux.conf.local; }\n# "$@"\n`;
    const { stage, file, call, read } = open(home, files);
    await using _stage = stage;
    await stage.until(1);
    const local = () => readFileSync(`${file}.local`, "utf8");
    const { stderr } = await call("install", "--yes", "--open-key", "Y");
    expect(stderr).toContain("prefix Y   Claude in this directory's bottle");
    const greeting = ["sh", "-c", `cut -c3- '${file}.local' | sh -s greet`];
    const { stdout, stderr: complaint } = Bun.spawnSync(greeting);
    expect([stdout.toString(), complaint.toString(), local().split("\n").at(-2)]).toEqual([
      "hello\n",
      "",
      "# # nothing below",
    ]);
    stage.press("Y");
    await stage.screen.until("ready 39 59");
    await call("uninstall", "--yes");
    expect([read(), local()]).toEqual([home, files[".tmux.conf.local"]]);
  }, 30_000);

  test("as a plugin of tpm: it binds the keys as the configuration is read", async () => {
    // As tpm runs each plugin of its list: by name, unquoted, all of its output thrown away, while the server starts.
    const tpm = "#!/bin/sh\nfor plugin in ~/.tmux/plugins/claude-bottle/*.tmux; do $plugin >/dev/null 2>&1; done\n";
    const plugin = readFileSync(`${import.meta.dir}/../../claude-bottle.tmux`, "utf8");
    const { stage } = open(
      "set -g assume-paste-time 0\nset -g @claude-bottle-open-key 'C-y'\nrun '~/.tmux/plugins/tpm/tpm'\n",
      {
        ".tmux/plugins/tpm/tpm": tpm,
        ".tmux/plugins/claude-bottle/claude-bottle.tmux": plugin,
        "../bin/claude-bottle": `#!/bin/sh\nexec ${tool.map((word) => `'${word}'`).join(" ")} "$@"\n`,
      },
    );
    await using _stage = stage;
    await stage.until(1);
    await until(() => stage.tmux("list-keys", "-T", "prefix").includes("tmux paste-image"));
    stage.press("\x19");
    await stage.screen.until("ready 39 59");
  }, 30_000);

  test("as a plugin: the options choose the keys, and the binary's absolute path is bound", async () => {
    const stage = new Stage({ tmux, bindings: false });
    await using _stage = stage;
    await stage.until(1);
    const program = stage.ownProgram();
    stage.tmux("set-option", "-g", "assume-paste-time", "0");
    // Away from the checkout, where a built program may lie.
    const plugin = `${stage.home.directory}/claude-bottle.tmux`;
    cpSync(`${import.meta.dir}/../../claude-bottle.tmux`, plugin);
    // Whatever this machine has installed.
    stage.home.program("dirname", 'exec /usr/bin/dirname "$@"');
    stage.tmux("run-shell", `PATH='${stage.home.bin}' '${plugin}'`);
    await stage.screen.until("claude-bottle: the program was not found; set @claude-bottle-binary");
    stage.tmux("set-option", "-g", "@claude-bottle-binary", program);
    stage.tmux("set-option", "-g", "@claude-bottle-open-key", "C-y");
    stage.tmux("run-shell", `'${plugin}' >/dev/null 2>&1`);
    await until(() => stage.tmux("list-keys", "-T", "prefix").includes("tmux open"));
    stage.press("\x19");
    await stage.screen.until("ready 39 59");
  }, 30_000);
});
