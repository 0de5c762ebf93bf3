// bun run docs/record.ts: the pictures docs/terminal.svg and docs/dashboard.svg, from the real program and the real Claude Code, whose API is a stand-in here.
import { Terminal } from "@xterm/headless";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { whyNoBubblewrap } from "../test/support/bubblewrap.ts";
import { realClaude, whyNoClaude } from "../test/support/claude/claude.ts";
import { startStubApi } from "../test/support/claude/stub-api.ts";
import { Home, tool, until } from "../test/support/tool.ts";
import { screensSvg, snapshot } from "./svg.ts";

const columns = 110;
const rows = 34;
const claudeRows = 14;
const dashboardRows = 24;

const missing = whyNoBubblewrap ?? whyNoClaude();
if (missing) {
  console.log(`the pictures stay as they are: ${missing}`);
  process.exit();
}

const api = startStubApi({ marker: "Done", script: [{}, { delayMs: 120_000 }] });
const home = new Home();
try {
  symlinkSync(await realClaude(), `${home.bin}/claude`);
  home.program("claude-bottle", `exec ${tool.map((word) => `'${word}'`).join(" ")} "$@"`);
  const userHome = `${home.directory}/home`;
  const project = `${userHome}/shop`;
  mkdirSync(`${userHome}/.ssh`, { recursive: true });
  mkdirSync(project);
  writeFileSync(`${userHome}/.ssh/id_ed25519`, "a key\n");
  writeFileSync(`${project}/index.ts`, 'console.log("shop");\n');
  home.settings('bottle.backend = "bubblewrap"\nnetwork.mode = "open"\n');
  const { NO_COLOR: _, ...plain } = home.env;
  const env = { ...plain, ANTHROPIC_BASE_URL: api.url, COLORTERM: "truecolor", LANG: "C.UTF-8" };
  await home.run(["login"], { stdin: "sk-ant-oat01-0123456789", env });

  // The bottle is there: the picture shows no start.
  await home.run(["exec", "--", "true"], { cwd: project, env });

  const emulator = new Terminal({ cols: columns, rows, allowProposedApi: true });
  const shell = Bun.spawn(["bash", "--norc", "-i"], {
    cwd: project,
    env: { ...env, PS1: "\\[\\e[36m\\]\\w $\\[\\e[0m\\] " },
    terminal: { cols: columns, rows, data: (_, bytes) => emulator.write(bytes) },
  });
  emulator.onData((answer) => shell.terminal?.write(answer));
  const lines = () =>
    Array.from(
      { length: emulator.rows },
      (_, line) =>
        emulator.buffer.active.getLine(emulator.buffer.active.viewportY + line)?.translateToString(true) ?? "",
    );
  const shows = (text: RegExp) => until(() => text.test(lines().join("\n")), () => lines().join("\n"), 60_000); // prettier-ignore
  const type = async (text: string, shown: RegExp) => {
    shell.terminal?.write(`${text}\r`);
    await shows(shown);
  };
  await shows(/\$ $|\$$/m);
  await type("ls ~/.ssh", /^id_ed25519/m);
  await type("claude-bottle exec -- ls ~/.ssh", /cannot access[^]*\$ ?$/m);
  await type("claude-bottle ls", /^cb-shop[^]*\$ ?$/m);
  const before = snapshot(emulator, { hide: userHome });
  emulator.resize(columns, claudeRows);
  shell.terminal?.resize(columns, claudeRows);
  await type("claude-bottle", /^❯/m);
  await Bun.sleep(500);
  const screens = [before, snapshot(emulator, { hide: userHome })];
  await writeIfOther(`${import.meta.dir}/terminal.svg`, screensSvg(screens, columns));
  shell.terminal?.write("/exit\r");
  await shows(/\$ ?$/m);

  const inDirectory = (name: string, ...words: string[]) => {
    mkdirSync(`${userHome}/${name}`, { recursive: true });
    return home.run(words, { cwd: `${userHome}/${name}`, env });
  };
  await inDirectory("shop", "run", "--background", "--", "fix the failing tests");
  await inDirectory("blog", "run", "--background", "--", "add an archive page");
  await inDirectory("api", "exec", "--", "true");
  emulator.resize(columns, dashboardRows);
  shell.terminal?.resize(columns, dashboardRows);
  await type("clear; claude-bottle dashboard", /WAITING[^]*WORKING/);
  shell.terminal?.write("g");
  await shows(/WAITING\s+›[^]*● Done: fix/);
  await writeIfOther(`${import.meta.dir}/dashboard.svg`, screensSvg([snapshot(emulator, { hide: userHome })], columns));
  shell.terminal?.write("q");
  await shows(/\$ ?$/m);
  for (const name of ["shop", "blog", "api"]) await inDirectory(name, "rm", "--force");
  shell.terminal?.write("exit\r");
  await shell.exited;
} finally {
  home[Symbol.dispose]();
  await api.stop();
}

/** Times, memory and the bottle's name differ from run to run. */
async function writeIfOther(path: string, svg: string): Promise<void> {
  const known = (text: string) => text.replace(/cb-shop-[0-9a-f]{10}|\d+s\b|[\d.]+ MB/g, "");
  const old = (await Bun.file(path).exists()) ? await Bun.file(path).text() : "";
  if (known(old) !== known(svg)) await Bun.write(path, svg);
}
