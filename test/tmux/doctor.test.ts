import { expect, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { needs } from "../../src/tmux/config/recommended-options.ts";
import type { Finding } from "../support/doctored.ts";
import type { Screen } from "../support/screen.ts";
import { Stage } from "../support/tmux.ts";
import { everyTmux } from "../support/tmuxes.ts";
import { until } from "../support/tool.ts";

/** What makes each need unmet. */
const bad: Readonly<Record<string, readonly string[]>> = {
  "extended-keys": ["set", "-s", "extended-keys", "off"],
  "terminal-features": ["set", "-s", "terminal-features", "xterm*:title"],
  "focus-events": ["set", "-s", "focus-events", "off"],
  "allow-passthrough": ["set", "-g", "allow-passthrough", "off"],
  "default-terminal": ["set", "-s", "default-terminal", "vt100"],
  "escape-time": ["set", "-s", "escape-time", "500"],
  "set-clipboard": ["set", "-s", "set-clipboard", "off"],
};

/** What the program prints in the pane. */
async function printed(stage: Stage, words: string, screen = stage.screen): Promise<string> {
  const report = `${stage.home.directory}/report`;
  const line = `${stage.ownProgram()} ${words} > ${report}.new; mv ${report}.new ${report}`;
  screen.press(`clear; ${line}\r`);
  const text = await until(async () => (await Bun.file(report).exists()) && Bun.file(report).text());
  rmSync(report);
  return text;
}

async function examine(stage: Stage, words: string): Promise<Finding[]> {
  const { findings } = JSON.parse(await printed(stage, `doctor --json ${words}`)) as { findings: Finding[] };
  return findings.filter(({ id, level }) => id.startsWith("tmux") && level !== "ok");
}

/** What doctor tty says in it, by the row's name. */
async function told(stage: Stage, screen?: Screen): Promise<Record<string, string>> {
  const text = await printed(stage, "doctor tty --json", screen);
  const { rows } = JSON.parse(text) as { rows: { id: string; result: string }[] };
  return Object.fromEntries(rows.map(({ id, result }) => [id, result]));
}

everyTmux((tmux) => {
  test("doctor finds each option that Claude Code lacks, sets it in the running server, and then a clean bill", async () => {
    await using stage = new Stage({ tmux, conf: needs.map(({ line }) => line).join("\n") });
    // The real ones take their time.
    for (const name of ["podman", "docker", "bwrap"]) stage.home.program(name, "exit 1");
    await stage.until(1);
    await stage.prompt("%0");
    expect(await examine(stage, "")).toEqual([]);
    for (const { option, line, why } of needs) {
      stage.tmux(...(bad[option] ?? []));
      const words = line.replaceAll("'", "").split(" ").slice(1).join(" ");
      const command = expect.stringMatching(new RegExp(` set ${words.replaceAll("*", "'?\\*").replace("extkeys", "extkeys'?")}$`)); // prettier-ignore
      expect(await examine(stage, "")).toEqual([
        {
          id: `tmux.${option}`,
          level: "warning",
          what: `tmux's ${option} is not what Claude Code needs`,
          why: `with it, ${why}; claude-bottle tmux install --options sets it for every server`,
          fix: { command, safe: true },
        },
      ]);
      expect(await examine(stage, "--fix --yes")).toEqual([]);
    }
  }, 120_000);

  test("doctor finds a server whose socket is gone, and then a clean bill", async () => {
    await using stage = new Stage({ tmux, conf: needs.map(({ line }) => line).join("\n") });
    for (const name of ["podman", "docker", "bwrap"]) stage.home.program(name, "exit 1");
    await stage.until(1);
    const [server = ""] = stage.panes("#{pid}");
    const complaints = async () => {
      const { stdout } = await stage.home.run(["doctor", "--json"], { env: { TMUX: `${stage.socket},${server},0` } });
      const { findings } = JSON.parse(stdout) as { findings: Finding[] };
      return findings.filter(({ id, level }) => id.startsWith("tmux") && level !== "ok");
    };
    expect(await complaints()).toEqual([]);
    rmSync(stage.socket);
    expect(await complaints()).toEqual([
      {
        id: "tmux.server",
        level: "warning",
        what: "tmux: error connecting to ~/tmux (No such file or directory)",
        why: "this pane's server does not answer; the signal makes it reopen its socket",
        fix: { command: `kill -USR1 ${server}`, safe: false },
      },
    ]);
    process.kill(Number(server), "SIGUSR1");
    await until(() => existsSync(stage.socket));
    expect(await complaints()).toEqual([]);
  }, 60_000);

  test("doctor tty says what tmux keeps to itself, and no longer once it is told otherwise", async () => {
    await using stage = new Stage({ tmux });
    await stage.until(1);
    await stage.prompt("%0");
    for (const words of Object.values(bad)) if (!words.includes("vt100")) stage.tmux(...words);
    expect(await told(stage)).toMatchObject({
      size: "120x39, 120x39",
      width: "1 2 1",
      emoji: "2",
      "tmux.client": "xterm-256color",
      "tmux.colours": "no: without the feature RGB",
      "tmux.clipboard": "no: set-clipboard off",
      "tmux.passthrough": "no: allow-passthrough off",
      "tmux.keys": "no: extended-keys off",
      "tmux.focus": "no: focus-events off",
      "tmux.escape": "no: escape-time 500",
    });
    for (const { line } of needs) stage.tmux(...line.replaceAll("'", "").split(" "));
    stage.tmux("set", "-as", "terminal-features", "*:RGB:clipboard:focus");
    // A client's features are those of the moment that it came.
    stage.tmux("detach-client");
    const screen = stage.attach();
    await screen.until("[main]");
    expect(await told(stage, screen)).toMatchObject({
      "tmux.colours": "yes",
      "tmux.clipboard": "no: set-clipboard external",
      "tmux.passthrough": "allow-passthrough on",
      "tmux.keys": "extended-keys on",
      "tmux.focus": "focus-events on",
      "tmux.escape": "escape-time 10",
    });
  }, 60_000);
});
