// Programs of this machine around a bottle's life.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { Screen } from "../support/screen.ts";
import { Home, tool, until } from "../support/tool.ts";

const ready = ["exec", "--", "true"];
const image = '[bottle]\nimage = "/images/claude"\n';
const hooks = (before: string, after = "echo after >>told") =>
  `[hooks]\nbefore-start = ${JSON.stringify(["sh", "-c", before])}\nafter-stop = ${JSON.stringify(["sh", "-c", after])}\n`;
const own = (home: Home, text: string) => home.settings(`bottle.backend = "smolvm"\n${text}`);
const told = (home: Home) => home.plain(readFileSync(`${home.project}/told`, "utf8"));

test("a hook runs on this machine, in the project, before each start and after each stop", async () => {
  using home = new Home();
  own(home, hooks('echo "$CLAUDE_BOTTLE_NAME $CLAUDE_BOTTLE_DIRECTORY $(pwd)" >>told'));
  mkdirSync(`${home.project}/sub`);
  const { stderr } = await home.run(ready, { cwd: `${home.project}/sub` });
  expect(stderr.indexOf("before-start: sh -c")).toBeLessThan(stderr.indexOf("creating bottle"));
  await home.run(ready);
  await home.run(["stop"]);
  await home.run(ready);
  await home.run(["rm", "--force"]);
  const line = "cb-BOTTLE ~/home/project ~/home/project\n";
  expect(told(home)).toBe(`${line}after\n${line}after\n`);
});

test("one that fails starts nothing, is named, and what it began is cleaned up", async () => {
  using home = new Home();
  own(home, hooks("echo begun >>told; echo why >&2; exit 3"));
  expect(await home.run(ready)).toEqual({
    stdout: "",
    stderr: `claude-bottle: before-start: sh -c 'echo begun >>told; echo why >&2; exit 3'
claude-bottle: after-stop: sh -c 'echo after >>told'
claude-bottle: before-start failed with status 3: why
  run it yourself in ~/home/project: sh -c 'echo begun >>told; echo why >&2; exit 3'
`,
    code: 1,
  });
  expect([told(home), home.verbs().filter((verb) => verb !== "status")]).toEqual(["begun\nafter\n", []]);
});

test("a process that one leaves behind, with its output open, holds nothing up", async () => {
  using home = new Home();
  own(home, hooks("sleep 1000 & echo $! >pid; echo up", "kill $(cat pid)"));
  expect((await home.run(ready)).code).toBe(0);
  expect((await home.run(["rm", "--force"])).code).toBe(0);
});

test("Ctrl-C ends one, and nothing is started", async () => {
  using home = new Home();
  own(home, hooks("echo $$ >told; echo at work; exec sleep 1000", "true"));
  await using screen = new Screen([...tool, ...ready], { cwd: home.project, env: home.env });
  await screen.until(/^at work$/m);
  screen.press("\x03");
  expect(await screen.process.exited).toBe(130);
  await until(() => !existsSync(`/proc/${told(home).trim()}`));
  expect(home.machines()).toEqual([]);
}, 30_000);

test("those of a project's manifest run once they are trusted, and as long as they are", async () => {
  using home = new Home();
  const manifest = `${image}${hooks("echo before >>told")}`;
  home.manifest(manifest);
  expect((await home.run(ready)).stderr).toContain("asks for 2 permissions that you have not approved");
  expect(existsSync(`${home.project}/told`)).toBe(false);
  const { hash } = JSON.parse((await home.run(["trust", "--json"])).stdout);
  await home.run(["trust", "--accept", hash]);
  await home.run(ready);
  expect(told(home)).toBe("before\n");
  const [{ name = "" } = {}] = home.machines();
  const asks = "bottle.toml asks for 2 permissions that you have not approved (changed since your last approval)";
  for (const [changed, why] of [
    [manifest.replace("echo after", "echo evil"), asks],
    ["imagine = 1", 'bottle.toml:1:1: unknown key "imagine" at the top level; expected "bottle", '],
    [image, ""],
  ] as const) {
    home.manifest(changed);
    const { stderr, code } = await home.run(["stop", name]);
    expect(code).toBe(0);
    expect(stderr).toContain(why === "" ? "stopped bottle" : `claude-bottle: skipping the after-stop hook: ${why}`);
  }
  expect(told(home)).toBe("before\n");
  home.manifest(manifest);
  await home.run(["stop"]);
  expect(told(home)).toBe("before\nafter\n");
});

test("a bottle whose project is gone is stopped and removed without them", async () => {
  using home = new Home();
  own(home, hooks("true"));
  await home.run(ready);
  const [{ name = "" } = {}] = home.machines();
  rmSync(home.project, { recursive: true });
  const { stderr, code } = await home.run(["rm", "--force", name], { cwd: home.directory });
  expect([stderr, code]).toEqual(['claude-bottle: removed bottle "cb-BOTTLE"\n', 0]);
});

// Another bottle of the directory, or what the host's own hook started, can write to it at any moment.
test.each([
  ["an interpreter's script", ["sh", "./setup.sh"]],
  ["a word of a shell's text", ["sh", "-c", "./setup.sh now"]],
  ["an option's value", ["sh", "-c", '. "${1#--file=}"', "sh", "--file=./setup.sh"]],
])(
  "a file of the project that is swapped after it was judged is not what runs: %s",
  async (_, command) => {
    using home = new Home();
    const setup = `${home.project}/setup.sh`;
    const script = (word: string) => `#!/bin/sh\necho ${word} >>'${home.directory}/ran'\n`;
    writeFileSync(setup, script("good"), { mode: 0o755 });
    writeFileSync(`${home.directory}/evil`, script("evil"), { mode: 0o755 });
    home.manifest(`${image}[hooks]\nbefore-start = ${JSON.stringify(command)}\n`);
    const { hash } = JSON.parse((await home.run(["trust", "--json"])).stdout);
    expect((await home.run(["trust", "--accept", hash])).code).toBe(0);
    const fake = readFileSync(`${home.bin}/smolvm`, "utf8");
    home.program("smolvm", `cp '${home.directory}/evil' '${setup}'\n${fake}`);
    expect((await home.run(ready)).code).toBe(0);
    expect(readFileSync(`${home.directory}/ran`, "utf8")).toBe("good\n");
    await home.run(["stop"]);
    expect(await home.run(ready)).toMatchObject({ stderr: expect.stringContaining("changed since"), code: 1 });
  },
  30_000,
);

test("a file that a hook may also write is the one that was judged when it runs", async () => {
  using home = new Home();
  writeFileSync(`${home.project}/data.txt`, "good");
  home.manifest(`${image}[hooks]\nbefore-start = ["cp", "./data.txt", "./copy"]\n`);
  const { hash } = JSON.parse((await home.run(["trust", "--json"])).stdout);
  await home.run(["trust", "--accept", hash]);
  const fake = readFileSync(`${home.bin}/smolvm`, "utf8");
  home.program("smolvm", `echo evil >'${home.project}/data.txt'\n${fake}`);
  expect(await home.run(ready)).toMatchObject({
    stderr: expect.stringContaining('"./data.txt" has changed since bottle.toml was read'),
    code: 1,
  });
  expect(existsSync(`${home.project}/copy`)).toBe(false);
}, 30_000);

test("copies of a hook's files are kept for a week after they were last needed", async () => {
  using home = new Home();
  own(home, hooks("./setup.sh"));
  writeFileSync(`${home.project}/setup.sh`, "#!/bin/sh\n", { mode: 0o755 });
  const copies = `${home.directory}/state/claude-bottle/host-files`;
  const day = 24 * 3600;
  for (const [name, days] of [
    ["old", 8],
    ["new", 6],
  ] as const) {
    mkdirSync(`${copies}/${name}`, { recursive: true });
    const then = Date.now() / 1000 - days * day;
    utimesSync(`${copies}/${name}`, then, then);
  }
  expect((await home.run(ready)).code).toBe(0);
  expect([existsSync(`${copies}/old`), existsSync(`${copies}/new`), readdirSync(copies).length]).toEqual([
    false,
    true,
    2,
  ]);
});

test("a bottle whose after-stop hook fails is removed all the same, and leaves nothing behind", async () => {
  using home = new Home();
  own(home, hooks("true", "exit 4"));
  await home.run(ready);
  const { stderr, code } = await home.run(["rm", "--force"]);
  expect([stderr, code]).toEqual([expect.stringContaining("after-stop failed with status 4"), 1]);
  expect((await home.run(["ls"])).stdout).toBe("");
  expect((await home.run(["gc"])).stderr).toContain("nothing to");
}); // prettier-ignore
