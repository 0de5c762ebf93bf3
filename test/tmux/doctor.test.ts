import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { needs } from "../../src/tmux/needs.ts";
import type { Finding } from "../support/doctored.ts";
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
  "set-clipboard": ["set", "-s", "set-clipboard", "external"],
};

async function examine(stage: Stage, words: string): Promise<Finding[]> {
  const report = `${stage.home.folder}/report`;
  stage.screen.press(
    `clear; ${stage.ownProgram()} doctor --json ${words} > ${report}.new; mv ${report}.new ${report}\r`,
  );
  const text = await until(async () => (await Bun.file(report).exists()) && Bun.file(report).text());
  rmSync(report);
  const { findings } = JSON.parse(text) as { findings: Finding[] };
  return findings.filter(({ id, level }) => id.startsWith("tmux") && level !== "ok");
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
          what: `tmux's ${option} is not as Claude Code needs it`,
          why: `with it, ${why}; claude-bottle tmux install --options keeps it for the next server`,
          fix: { command, safe: true },
        },
      ]);
      expect(await examine(stage, "--fix --yes")).toEqual([]);
    }
  }, 120_000);
});
