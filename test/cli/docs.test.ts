import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describeAll, generateDocs } from "../../docs/commands.ts";
import { callable } from "../../src/cli/describe.ts";
import { shellQuote } from "../../src/lib/quote.ts";
import { Home, tool } from "../support/tool.ts";

const docs = `${import.meta.dir}/../../docs`;
const commands = await describeAll();
const leaves = commands.flatMap((command) => callable(command).map(([, called]) => called));

test("the documentation is what the commands say (bun run docs writes it)", () => {
  const files = generateDocs(commands);
  for (const [file, text] of files) expect([file, readFileSync(`${docs}/${file}`, "utf8")]).toEqual([file, text]);
  expect(readdirSync(`${docs}/commands`).sort()).toEqual(
    [...files.keys()].flatMap((file) => /^commands\/(.*)/.exec(file)?.[1] ?? []).sort(),
  );
});

test("every command, option and argument is described, and every command has two examples", () => {
  for (const { name, description, options, positionals, examples } of leaves) {
    expect([name, examples.length >= 2]).toEqual([name, true]);
    for (const text of [description, ...options.map((o) => o.description), ...positionals.map((p) => p.description)])
      expect([name, text.length > 0]).toEqual([name, true]);
  }
});

test.skipIf(!Bun.which("groff"))("groff has no complaint about the manual page", () => {
  const { stderr, exitCode } = Bun.spawnSync(["groff", "-man", "-ww", "-Tutf8", `${docs}/claude-bottle.1`]);
  expect([stderr.toString(), exitCode]).toEqual(["", 0]);
});

// template push needs a registry. Those that need a release are run by test/upgrade.test.ts, those that need a server of tmux by test/tmux/docs.test.ts,
// those that need a terminal by test/pty/doctor-tty.test.ts, and those about a background session by test/container/background.test.ts.
const examples = leaves
  .flatMap(({ examples }) => examples.map(([line]) => line))
  .filter((line) => !/^claude-bottle (upgrade|uninstall|template push|tmux|doctor tty|attach)|\b92a$/.test(line));

test.concurrent.each(examples)(
  "the example works: %s",
  async (line) => {
    if (line.endsWith("| source") && !Bun.which("fish")) return console.log("skipped: fish is not installed");
    using home = new Home();
    home.program("claude-bottle", `exec ${tool.map(shellQuote).join(" ")} "$@"`);
    home.program("claude", "exit 0");
    home.program("pass", "echo token");
    mkdirSync(`${home.directory}/home/.claude`);
    writeFileSync(
      `${home.directory}/home/.claude/.credentials.json`,
      JSON.stringify({ claudeAiOauth: { accessToken: "a", expiresAt: Date.now() * 2 } }),
    );
    writeFileSync(`${home.project}/notes.txt`, "text\n");
    writeFileSync(`${home.directory}/notes.txt`, "text\n");
    // A guest here is this very host, so what an example names in it lies in a directory of the test.
    const words = line.replaceAll(":/tmp/", `:${home.directory}/`);
    Bun.spawnSync(["git", "init", "-q"], { cwd: home.project });
    const env: Record<string, string> = /^claude-bottle( run|$)/.test(line) ? { ANTHROPIC_API_KEY: "key" } : {};
    await home.run(["exec", "--", "true"], { env });
    if (line === "claude-bottle init") rmSync(`${home.project}/bottle.toml`);
    const child = Bun.spawn([line.endsWith("| source") ? "fish" : "bash", "-c", words], {
      cwd: home.project,
      // Errors and warnings alone: an example that works has none.
      env: { ...home.env, ...env, CONSOLA_LEVEL: "1" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const stderr = await new Response(child.stderr).text();
    // A machine without KVM is a finding of doctor's, and no failure of the example.
    const code = (await child.exited) - (line.startsWith("claude-bottle doctor") && child.exitCode === 1 ? 1 : 0);
    expect([code, stderr.replace(/^claude-bottle: (creating|starting) bottle .*\n/gm, "")]).toEqual([0, ""]);
  },
  60_000,
);
