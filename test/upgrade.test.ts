// The installed program replaced, put back and removed while twenty sessions run: in bubblewrap where that can be. About 40 s.
import { Database } from "bun:sqlite";
import { beforeAll, expect, test } from "bun:test";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { build } from "../build.ts";
import { describeAll } from "../docs/commands.ts";
import { shellQuote } from "../src/lib/quote.ts";
import { whyNoBubblewrap } from "./support/bubblewrap.ts";
import { binary } from "./support/binary.ts";
import { install, ReleaseSite } from "./support/release-site.ts";
import { Screen } from "./support/screen.ts";
import { Home } from "./support/tool.ts";

let program: string;
beforeAll(async () => void (program = await binary()), 60_000);

const noSandbox = whyNoBubblewrap;
if (noSandbox) console.log(`real sessions skipped, so the bottles are in a fake: ${noSandbox}`);

/** A home whose bottles are real, where they can be. */
function homeForBottles(): Home {
  const home = new Home();
  if (noSandbox) return home;
  home.settings('[bottle]\nbackend = "bubblewrap"\n[network]\nmode = "open"\n');
  home.manifest("");
  home.removeProgram("smolvm");
  return home;
}

const versionOf = (file: string) =>
  Bun.spawnSync([file, "--version"]).stdout.toString().trim().replace("claude-bottle ", "");

/** The real program, installed by install.sh into the home of the test. */
async function installed(site: ReleaseSite, home: Home, options: string[] = [], more = {}): Promise<string> {
  site.publish(versionOf(program), { program });
  const env = { ...home.env, HOME: `${home.directory}/home`, CLAUDE_BOTTLE_BASE_URL: site.base, ...more };
  const outcome = await site.run(["sh", install, ...options], env);
  expect([outcome.stderr, outcome.code]).toEqual(["", 0]);
  return `${home.directory}/home/.local/bin/claude-bottle`;
}

async function run(argv: string[], home: Home, env: Record<string, string> = {}) {
  const child = Bun.spawn(argv, {
    cwd: home.project,
    env: { ...home.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { stdout: home.plain(stdout), stderr: home.plain(stderr), code: await child.exited };
}

test("twenty sessions go on, and follow their terminals, through an upgrade and back", async () => {
  using home = homeForBottles();
  using site = new ReleaseSite();
  const tool = await installed(site, home);
  expect((await run([tool, "exec", "--", "true"], home)).code).toBe(0);
  const script =
    'trap "stty size" WINCH; echo ready; while :; do read -r line && echo "got $line"; [ "$line" != end ] || exit 0; sleep 0.05; done';
  await using sessions = new AsyncDisposableStack();
  const start = (tool: string) =>
    sessions.use(new Screen([tool, "shell", "--", "sh", "-c", script], { cwd: home.project, env: home.env }));
  const screens = Array.from({ length: 20 }, () => start(tool));
  for (const screen of screens) await screen.until("ready", 60_000);

  const follow = async (columns: number, rows: number) => {
    for (const screen of screens) screen.resize(columns, rows);
    for (const screen of screens) await screen.until(new RegExp(`^${rows} ${columns}$`, "m"), 60_000);
    for (const screen of screens) screen.press(`${rows}\r`);
    for (const screen of screens) await screen.until(`got ${rows}`, 60_000);
  };
  const newer = `${home.directory}/newer`;
  await build({ outfile: newer, version: "9.0.0" });
  site.publish("9.0.0", { program: newer });
  expect((await run([tool, "upgrade", "--check"], home)).stdout).toEndWith("newest: 9.0.0\n");
  expect((await run([tool, "upgrade", "--dry-run"], home)).stdout).toStartWith("would install claude-bottle 9.0.0 as ");
  expect((await run([tool, "upgrade"], home)).code).toBe(0);
  expect(versionOf(tool)).toBe("9.0.0");
  await follow(70, 20);
  // The new program sees the sessions of the old one, and starts more beside them.
  expect((await run([tool, "ls"], home)).stdout).toContain(" 20 sessions ");
  screens.push(start(tool));
  await screens.at(-1)?.until("ready", 60_000);
  expect((await run([tool, "upgrade", "--rollback"], home)).code).toBe(0);
  expect(versionOf(tool)).toBe(versionOf(program));
  await follow(90, 25);
  for (const words of [["uninstall"], ["uninstall", "--purge"]])
    expect((await run([tool, ...words], home)).stderr).toBe(
      "claude-bottle: sessions are running in cb-BOTTLE\n  end them first: claude-bottle ls lists them\n",
    );
  for (const screen of screens) screen.press("end\r");
  expect(new Set(await Promise.all(screens.map((screen) => screen.process.exited)))).toEqual(new Set([0]));
  const { stderr, code } = await run([tool, "uninstall", "--purge", "--yes"], home);
  expect([stderr, code, existsSync(tool)]).toEqual(["", 0, false]);
}, 240_000);

/** Every file, directory and link, with its mode and what is in it. */
function contents(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => {
      const stat = lstatSync(`${directory}/${name}`);
      const content = stat.isSymbolicLink()
        ? readlinkSync(`${directory}/${name}`)
        : stat.isFile()
          ? Bun.hash(readFileSync(`${directory}/${name}`))
          : "";
      return `${name} ${stat.mode.toString(8)} ${content}`;
    })
    .sort();
}

test("uninstall --purge leaves the file system as it was before the installation", async () => {
  using home = homeForBottles();
  using site = new ReleaseSite();
  const env = { XDG_STATE_HOME: "", SHELL: "/bin/bash", TMPDIR: `${home.directory}/home/tmp` };
  mkdirSync(env.TMPDIR);
  writeFileSync(`${home.directory}/home/.bashrc`, "alias x=y\n");
  // The cache of the bun that runs the fake smolvm, and the settings of this test's user, which --purge is to remove.
  const files = () => contents(`${home.directory}/home`).filter((line) => !/^\.(bun|config)[ /]/.test(line));
  const before = files();
  const tool = await installed(site, home, ["--modify-path"], env);
  expect(readFileSync(`${home.directory}/home/.bashrc`, "utf8")).toContain("claude-bottle");
  // The guest of a fake is this very host.
  const work = noSandbox ? ["true"] : ["sh", "-c", "echo kept >~/kept"];
  expect((await run([tool, "exec", "--", ...work], home, env)).code).toBe(0);
  // A keychain that takes the login.
  const chain = `${home.directory}/chain`;
  home.program("secret-tool", `case $1 in store) cat >'${chain}' ;; clear) rm -f '${chain}' ;; esac`);
  const kept = { ...env, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" };
  const login = `printf sk-ant-oat01-0123456789 | ${shellQuote(tool)} login`;
  expect((await run(["sh", "-c", login], home, kept)).stderr).toBe(
    "claude-bottle: using your subscription's token from the keychain\n",
  );
  // What npm would have installed for bubblewrap.
  mkdirSync(`${home.directory}/home/.cache/claude-bottle/claude-1.0.0`, { recursive: true });
  const all = files();
  const plan = await run([tool, "uninstall", "--purge", "--dry-run"], home, kept);
  expect(plan.stdout).toMatch(
    noSandbox ? /would remove bottle cb-BOTTLE/ : /would remove bottle cb-BOTTLE \(1 file is only in it\)\n/,
  );
  for (const directory of [".local/state", ".config", ".cache"])
    expect(plan.stdout).toContain(`would remove ~/home/${directory}/claude-bottle\n`);
  expect(files()).toEqual(all);
  expect([existsSync(chain), plan.stdout.includes("would remove the login that was kept\n")]).toEqual([true, true]);
  expect(await run([tool, "uninstall", "--purge"], home, kept)).toEqual({
    stdout: "",
    stderr:
      "claude-bottle: uninstall --purge asks before it removes bottles, and there is no terminal to ask on\n  to see what it would remove: --dry-run; to remove it without a question: --yes\n",
    code: 1,
  });
  expect(files()).toEqual(all);
  const { stdout, stderr, code } = await run([tool, "uninstall", "--purge", "--yes"], home, kept);
  expect([stderr, code, existsSync(chain)]).toEqual(["", 0, false]);
  expect(stdout).toEndWith("\nremoved ~/home/.local/bin/claude-bottle\n");
  expect(files()).toEqual(before);
  expect(existsSync(`${home.directory}/home/.config/claude-bottle`)).toBe(false);
}, 120_000);

test("uninstall --purge removes nothing while the copy of a project cannot come home", async () => {
  using home = new Home();
  using site = new ReleaseSite();
  const tool = await installed(site, home);
  expect((await run([tool, "exec", "--", "true"], home)).code).toBe(0);
  // As of a bottle on another machine.
  const state = `${home.directory}/state/claude-bottle`;
  mkdirSync(`${state}/copies`);
  writeFileSync(`${state}/copies/${home.machines()[0]?.name}.json`, "[]");
  using ledger = new Database(`${state}/ledger.db`);
  ledger.run("update bottles set plan = json_set(plan, '$.copied', json('true'))");
  const refused = await run([tool, "uninstall", "--purge", "--yes"], home, { FAKE_SMOLVM_FAIL_exec: "out of reach" });
  expect([refused.stdout, refused.code]).toEqual(["", 1]);
  expect(refused.stderr).toMatch(
    /out of reach\n  to remove it without pulling its changes: claude-bottle rm --force cb-BOTTLE\n$/,
  );
  expect([home.machines().length, existsSync(tool)]).toEqual([1, true]);
  expect((await run([tool, "uninstall", "--purge", "--yes"], home)).code).toBe(0);
  expect([home.machines().length, existsSync(tool)]).toEqual([0, false]);
}, 60_000);

const examples = (await describeAll())
  .filter(({ name }) => name === "upgrade" || name === "uninstall")
  .flatMap(({ examples }) => examples.map(([line]) => line));

test.each(examples)(
  "the example works: %s",
  async (line) => {
    using home = homeForBottles();
    using site = new ReleaseSite();
    // Something to go back to.
    site.publish("9.0.0");
    await site.run(["sh", install], { ...home.env, HOME: `${home.directory}/home`, CLAUDE_BOTTLE_BASE_URL: site.base });
    const words = shellQuote(await installed(site, home));
    const { stderr, code } = await run(["bash", "-c", line.replace(/^claude-bottle/, words)], home);
    expect([stderr, code]).toEqual(["", 0]);
  },
  60_000,
);

test("a program that install.sh did not install is left to who did", async () => {
  using home = new Home();
  for (const verb of ["upgrade", "uninstall"]) expect(await home.run([verb])).toMatchObject({ code: 1, stdout: "" });
});
