// The installed program replaced, put back and removed while twenty sessions run. About 40 s.
import { beforeAll, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { currentVersion } from "../build.ts";
import { binary } from "./support/binary.ts";
import { install, ReleaseSite } from "./support/release-site.ts";
import { Screen } from "./support/screen.ts";
import { Home } from "./support/tool.ts";

let program: string;
beforeAll(async () => void (program = await binary()), 60_000);

/** The real program, installed by install.sh into the home of the test. */
async function installed(site: ReleaseSite, home: Home): Promise<string> {
  const { version, own } = {
    version: currentVersion(),
    own: Bun.spawnSync([program, "--version"]).stdout.toString().trim(),
  };
  site.publish(own.replace("claude-bottle ", "") || version, { program });
  const env = { ...home.env, HOME: `${home.folder}/home`, CLAUDE_BOTTLE_BASE_URL: site.base };
  const outcome = await site.run(["sh", install], env);
  expect([outcome.stderr, outcome.code]).toEqual(["", 0]);
  return `${home.folder}/home/.local/bin/claude-bottle`;
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
  using home = new Home();
  using site = new ReleaseSite();
  const tool = await installed(site, home);
  await run([tool, "exec", "--", "true"], home);
  const script = 'trap "stty size" WINCH; echo ready; while :; do read line && echo "got $line"; sleep 0.05; done';
  await using sessions = new AsyncDisposableStack();
  const screens = Array.from({ length: 20 }, () =>
    sessions.use(new Screen([tool, "shell", "--", "sh", "-c", script], { cwd: home.project, env: home.env })),
  );
  for (const screen of screens) await screen.until("ready", 60_000);

  const follow = async (columns: number, rows: number) => {
    for (const screen of screens) screen.resize(columns, rows);
    for (const screen of screens) await screen.until(new RegExp(`^${rows} ${columns}$`, "m"), 60_000);
    for (const screen of screens) screen.press(`${rows}\r`);
    for (const screen of screens) await screen.until(`got ${rows}`, 60_000);
  };
  site.publish("9.0.0");
  expect((await run([tool, "upgrade", "--check"], home)).stdout).toEndWith("newest: 9.0.0\n");
  expect((await run([tool, "upgrade"], home)).code).toBe(0);
  expect((await run([tool, "--version"], home)).stdout).toBe("claude-bottle 9.0.0\n");
  await follow(70, 20);
  const back = await site.run(["sh", install, "--rollback"], { ...home.env, HOME: `${home.folder}/home` });
  expect([back.stderr, back.code]).toEqual(["", 0]);
  await follow(90, 25);
  expect((await run([tool, "uninstall"], home)).stderr).toBe(
    "claude-bottle: sessions run in cb-BOTTLE\n  end them first: claude-bottle ls shows them\n",
  );
  expect(existsSync(tool)).toBe(true);
}, 180_000);

test("uninstall --purge leaves the file system as it was before the installation", async () => {
  using home = new Home();
  using site = new ReleaseSite();
  // The cache of the bun that runs the fake smolvm, and the settings of this test's user, which --purge is to remove.
  const notOurs = /^\.(bun|config)(\/|$)/;
  const files = () =>
    readdirSync(`${home.folder}/home`, { recursive: true, encoding: "utf8" })
      .filter((name) => !notOurs.test(name))
      .sort();
  const before = files();
  const env = { XDG_STATE_HOME: "" };
  const tool = await installed(site, home);
  expect((await run([tool, "exec", "--", "true"], home, env)).code).toBe(0);
  expect(home.machines()).toHaveLength(1);
  const plan = await run([tool, "uninstall", "--purge", "--dry-run"], home, env);
  expect(plan.stdout).toContain("would remove bottle cb-BOTTLE\nwould remove ~/home/.local/state/claude-bottle\n");
  expect(home.machines()).toHaveLength(1);
  const { stderr, code } = await run([tool, "uninstall", "--purge"], home, env);
  expect([stderr, code]).toEqual(["", 0]);
  expect(home.machines()).toEqual([]);
  expect(files()).toEqual(before);
  expect(existsSync(`${home.folder}/home/.config/claude-bottle`)).toBe(false);
}, 60_000);

test("a program that install.sh did not install is left to who did", async () => {
  using home = new Home();
  for (const verb of ["upgrade", "uninstall"]) expect(await home.run([verb])).toMatchObject({ code: 1, stdout: "" });
});
