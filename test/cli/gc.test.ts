import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { claudeCode } from "../../src/guest/claude-code.ts";
import { Home, isRunning, until } from "../support/tool.ts";

setDefaultTimeout(60_000);

const rows = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/ {2,}/));
const offer = "claude-bottle: to remove these: claude-bottle gc --yes\n";
const nothing = { stdout: "", stderr: "claude-bottle: there is nothing to remove\n", code: 0 };

/** Shows exactly these, removes them only with --yes, and shows none afterwards. */
async function finds(home: Home, expected: (string | RegExp)[][]): Promise<void> {
  const shown = await home.run(["gc"]);
  const matching = expected.map((row) =>
    row.map((cell) => (typeof cell === "string" ? cell : expect.stringMatching(cell))),
  );
  expect([rows(shown.stdout), shown.stderr, shown.code]).toEqual([matching, offer, 0]);
  expect((await home.run(["gc"])).stdout).toBe(shown.stdout);
  expect(await home.run(["gc", "--yes"])).toEqual({ stdout: shown.stdout, stderr: "", code: 0 });
  expect(await home.run(["gc"])).toEqual(nothing);
}

test("a bottle that is needed is nothing to remove", async () => {
  using home = new Home();
  expect(await home.run(["gc"])).toEqual(nothing);
  await home.run(["exec", "--", "true"]);
  const [bottle] = home.machines();
  mkdirSync(`${home.directory}/state/claude-bottle/copies`);
  writeFileSync(`${home.directory}/state/claude-bottle/copies/${bottle?.name}.json`, "[]");
  writeFileSync(`${home.directory}/state/claude-bottle/locks/${bottle?.name}-copy.db`, "");
  expect(await home.run(["gc", "--yes"])).toEqual(nothing);
  expect(home.machines()).toMatchObject([{ state: "running" }]);
});

test("a machine whose directory is gone", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  rmSync(home.project, { recursive: true });
  mkdirSync(`${home.directory}/home/other`);
  const cwd = `${home.directory}/home/other`;
  const { stdout } = await home.run(["gc", "--yes"], { cwd });
  expect(rows(stdout)).toEqual([
    ["machine", "cb-BOTTLE", "its directory ~/home/project is gone", "claude-bottle rm --force cb-BOTTLE"],
  ]);
  expect(home.machines()).toEqual([]);
});

test("a machine whose directory is gone tells what is only in it", async () => {
  using home = new Home();
  writeFileSync(`${home.smolvm}/inside`, "/opt/a\0/opt/b\0");
  await home.run(["exec", "--", "true"]);
  rmSync(home.project, { recursive: true });
  const why = async () => rows((await home.run(["gc"], { cwd: home.directory })).stdout)[0]?.[2];
  expect(await why()).toBe("its directory ~/home/project is gone; 2 files are only in it");
  // Its directory may be on a disk that is away.
  const kept = await home.run(["gc", "--yes"], { cwd: home.directory });
  expect([kept.code, kept.stderr]).toEqual([
    0,
    'claude-bottle: kept machine "cb-BOTTLE": it may hold the only copy of something; to remove it: claude-bottle rm --force cb-BOTTLE\n',
  ]);
  expect(home.machines()).toMatchObject([{ state: "running" }]);
  await home.crash();
  expect(await why()).toBe("its directory ~/home/project is gone; what is only in it is not known");
});

test.skipIf(process.platform !== "linux")("directories that nothing will ever use, and a sandbox without its bottle", async () => {
  using home = new Home();
  const state = `${home.directory}/state/claude-bottle`;
  const cache = `${home.directory}/home/.cache/claude-bottle`;
  const kept = [`${state}/bubblewrap/cb-whole`, `${cache}/claude-${claudeCode.version}`];
  const directories = [`${state}/bubblewrap/cb-part`, `${cache}/.installing-x`, `${cache}/claude-1.0.0`, `${state}/builds/build-x`];
  for (const directory of [...kept, ...directories]) mkdirSync(directory, { recursive: true });
  const owner = { directory: home.project, uid: process.getuid?.() };
  writeFileSync(`${kept[0]}/owner.json`, JSON.stringify(owner));
  mkdirSync(`${state}/locks`);
  writeFileSync(`${state}/locks/docker-template.db`, "");
  const sandbox = Bun.spawn([process.execPath, "-e", "setTimeout(() => {}, 1e6)", `${state}/bubblewrap/cb-gone/home`], { argv0: "bwrap" });
  const plain = (path: string) => path.replace(home.directory, "~");
  const directory = (path = "", why: string) => ["directory", plain(path), why, `rm -rf ${plain(path)}`];
  const [part, installing, old, build] = directories;
  await finds(home, [
    directory(part, "it was never a whole bottle"),
    ["process", String(sandbox.pid), "its bottle is gone", `end process ${sandbox.pid}`],
    directory(installing, "the installation of Claude Code did not end"),
    directory(old, "another version of Claude Code is installed"),
    directory(build, "its build did not end"),
  ]);
  await sandbox.exited;
  expect(directories.filter(existsSync)).toEqual([]);
  expect(kept.filter(existsSync)).toEqual(kept);
  expect(readdirSync(`${state}/locks`)).toContain("docker-template.db");
}); // prettier-ignore

test("a record whose machine is gone, and the process that it left behind", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  const pid = home.machines()[0]?.pid ?? 0;
  for (const file of readdirSync(`${home.smolvm}/machines`)) rmSync(`${home.smolvm}/machines/${file}`);
  const { stdout } = await home.run(["gc", "--yes"]);
  expect(rows(stdout)).toEqual([
    ["process", "cb-BOTTLE", "smolvm no longer has its machine", `end process ${pid}`],
    ["record", "cb-BOTTLE", "smolvm no longer has its machine", "forget it in the ledger"],
  ]);
  await until(() => !isRunning(pid));
  expect(await home.run(["gc"])).toEqual(nothing);
  expect((await home.run(["ls", "--json"])).stdout).toBe("[]\n");
});

test("another process that has the number of ours by now is left alone", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  await home.crash();
  for (const file of readdirSync(`${home.smolvm}/machines`)) rmSync(`${home.smolvm}/machines/${file}`);
  const { Database } = await import("bun:sqlite");
  const db = new Database(`${home.directory}/state/claude-bottle/ledger.db`);
  db.run("update bottles set machine_pid = ?", [process.pid]);
  db.close();
  const { stdout } = await home.run(["gc", "--yes"]);
  expect(rows(stdout).map(([kind]) => kind)).toEqual(["record"]);
  expect(isRunning(process.pid)).toBe(true);
});

test("links and locks of bottles that are not there, and no lock that somebody holds", async () => {
  using home = new Home();
  const state = `${home.directory}/state/claude-bottle`;
  await home.run(["ls"]);
  for (const directory of ["links", "locks", "copies"]) mkdirSync(`${state}/${directory}`, { recursive: true });
  symlinkSync("/nonexistent", `${state}/links/cb-gone`);
  writeFileSync(`${state}/locks/cb-gone.db`, "");
  writeFileSync(`${state}/copies/cb-gone.json`, "[]");
  await finds(home, [
    ["link", "cb-gone", "there is no bottle of that name", "rm ~/state/claude-bottle/links/cb-gone"],
    ["lock", "cb-gone", "there is no bottle of that name", "rm ~/state/claude-bottle/locks/cb-gone.db"],
    ["record", "cb-gone", "there is no bottle of that name", "forget what its copy of the project was"],
  ]);
  const go = `${home.directory}/go`;
  const child = home.start(["exec", "--", "true"], { env: { FAKE_SMOLVM_DELAY_create: go } });
  await until(() => home.machines().length > 0);
  // The machine's record at the backend is made before its delay: only the lock is looked at here.
  for (const file of readdirSync(`${home.smolvm}/machines`)) rmSync(`${home.smolvm}/machines/${file}`);
  const { stderr, code } = await home.run(["gc", "--yes"]);
  expect([stderr, code]).toEqual([`claude-bottle: warning: kept lock "cb-BOTTLE": it is in use again\n`, 1]);
  expect(readdirSync(`${state}/locks`).filter((name) => name.endsWith(".db"))).toHaveLength(1);
  child.kill("SIGTERM");
  writeFileSync(go, "");
  await child.exited;
  expect(existsSync(`${state}/links/cb-gone`)).toBe(false);
});

test("what is kept of a bottle whose project is gone", async () => {
  using home = new Home();
  for (const [name, directory] of [
    ["cb-gone", `${home.directory}/gone`],
    ["cb-here", home.project],
  ] as const) {
    mkdirSync(`${home.directory}/state/claude-bottle/kept/${name}`, { recursive: true });
    writeFileSync(`${home.directory}/state/claude-bottle/kept/${name}/directory`, directory);
  }
  await finds(home, [["directory", "~/state/claude-bottle/kept/cb-gone", "the ~/.claude of a bottle of ~/gone, which is gone", "rm -rf ~/state/claude-bottle/kept/cb-gone"]]); // prettier-ignore
  expect(readdirSync(`${home.directory}/state/claude-bottle/kept`)).toEqual(["cb-here"]);
});

test("what only looks like ours, in our own directories, stays", async () => {
  using home = new Home();
  const state = `${home.directory}/state/claude-bottle`;
  const others = ["links/cb-directory", "locks/cb-directory.db", "bubblewrap/notes", "kept/cb-nobody-knows-whose"];
  for (const directory of [...others, "builds"]) mkdirSync(`${state}/${directory}`, { recursive: true });
  writeFileSync(`${state}/links/cb-file`, "");
  for (const link of ["builds/build-x", "bubblewrap/cb-link"]) symlinkSync(home.project, `${state}/${link}`);
  expect(await home.run(["gc"])).toEqual(nothing);
});

test("a bottle that was removed leaves nothing", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  expect((await home.run(["rm"])).code).toBe(0);
  expect(await home.run(["gc"])).toEqual(nothing);
});
