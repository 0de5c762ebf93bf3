// What a manifest has copied and run in a bottle; the stand-in's guest is this very host.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { Screen } from "../support/screen.ts";
import { Home, tool, until } from "../support/tool.ts";

const ready = ["exec", "--", "true"];
const image = '[bottle]\nimage = "/images/claude"\n';

/** The user's own settings, which need no trust. */
const provisioned = (home: Home, text: string) => home.settings(`bottle.backend = "smolvm"\n${text}`);
const command = (run: string, more = "") => `[[provision.commands]]\nrun = ${JSON.stringify(run)}\n${more}`;
const told = (home: Home) => readFileSync(`${home.project}/told`, "utf8");

test("a command runs once in a bottle, or at each start of it, in the manifest's order", async () => {
  using home = new Home();
  provisioned(
    home,
    `${command("echo made >>told")}${command("echo started >>told", 'when = "start"\n')}[env]\nA = "of env"\n`,
  );
  expect((await home.run(ready)).stderr).toBe(
    `claude-bottle: creating bottle "cb-BOTTLE" (smolvm, 2 cpus, 4096 MiB) from /images/claude
claude-bottle: starting bottle "cb-BOTTLE"
claude-bottle: running "echo made >>told" in the bottle
claude-bottle: running "echo started >>told" in the bottle
`,
  );
  expect(await home.run(ready)).toEqual({ stdout: "", stderr: "", code: 0 });
  await home.run(["stop"]);
  await home.run(ready);
  expect(told(home)).toBe("made\nstarted\nstarted\n");
});

test("a new or changed command runs in a bottle that is there, before the next session", async () => {
  using home = new Home();
  provisioned(home, command("echo one >>told"));
  await home.run(ready);
  provisioned(home, command("echo one >>told") + command("echo two >>told", 'directory = "sub"\n'));
  mkdirSync(`${home.project}/sub`);
  expect(await home.run(["exec", "--", "cat", "sub/told"])).toEqual({
    stdout: "two\n",
    stderr: 'claude-bottle: running "echo two >>told" in the bottle\n',
    code: 0,
  });
  expect(await home.run(ready)).toMatchObject({ stderr: "" });
  await home.run(["rm"]);
  await home.run(ready);
  expect([told(home), readFileSync(`${home.project}/sub/told`, "utf8")]).toEqual(["one\none\n", "two\ntwo\n"]);
});

test("a command has the environment of a session, secrets too, which stand in no command line", async () => {
  using home = new Home();
  provisioned(
    home,
    `${command('echo "$A $KEY $HOME $USER" >told', 'user = "root"\n')}[env]\nA = "of env"\n[secrets]\nKEY = { env = "OUTER" }\n`,
  );
  await home.run(ready, { env: { OUTER: "s3cret" } });
  expect(told(home)).toBe("of env s3cret /root root\n");
  expect(readFileSync(`${home.smolvm}/calls`, "utf8")).not.toContain("s3cret");
  expect(readFileSync(`${home.directory}/state/claude-bottle/ledger.db`, "latin1")).not.toContain("s3cret");
});

test("a program that prints a secret is asked once in a start", async () => {
  using home = new Home();
  home.program("vault", `echo asked >>'${home.directory}/asked'; echo value`);
  provisioned(home, `${command('echo "$KEY" >>told')}[secrets]\nKEY = { command = ["vault"] }\n`);
  expect(await home.run(["exec", "--", "sh", "-c", "echo $KEY"])).toMatchObject({ stdout: "value\n", code: 0 });
  expect(readFileSync(`${home.directory}/asked`, "utf8")).toBe("asked\n");
});

test("a command that fails is named with its status and its last output, and no bottle is left", async () => {
  using home = new Home();
  provisioned(home, command("echo begun\necho 'no \x1b[31msuch' thing >&2; false\necho not reached >told"));
  const { stdout, stderr, code } = await home.run(ready);
  expect([stdout, stderr.slice(stderr.indexOf("claude-bottle: running")), code]).toEqual([
    "",
    `claude-bottle: running "echo begun ..." in the bottle
claude-bottle: "echo begun ..." failed in the bottle with status 1: no \\x1b[31msuch thing
  | begun
  correct it under [provision] in bottle.toml
`,
    1,
  ]);
  expect([home.machines(), existsSync(`${home.project}/told`)]).toEqual([[], false]);
});

test("in a bottle that was there a failure takes nothing away, and what was done is not done again", async () => {
  using home = new Home();
  await home.run(ready);
  provisioned(home, command("echo one >>told") + command("exit 3"));
  for (const line of [1, 2]) {
    const { stderr, code } = await home.run(ready);
    expect([stderr.includes('running "echo one'), code]).toEqual([line === 1, 1]);
    expect(stderr).toContain('claude-bottle: "exit 3" failed in the bottle with status 3: it printed nothing\n');
  }
  expect([home.machines().map(({ state }) => state), told(home)]).toEqual([["running"], "one\n"]);
});

test("Ctrl-C ends a command, and the bottle that was being made is gone", async () => {
  using home = new Home();
  provisioned(home, command("echo $$ >told; echo now at work; exec sleep 1000"));
  await using screen = new Screen([...tool, "exec", "--", "true"], { cwd: home.project, env: home.env });
  await screen.until(/^now at work$/m);
  screen.press("\x03");
  expect(await screen.process.exited).toBe(130);
  await until(() => !existsSync(`/proc/${told(home).trim()}`));
  expect([home.machines(), screen.text.includes("internal")]).toEqual([[], false]);
}, 30_000);

test("files and directories are copied in at each start, over what is there, and once they have changed", async () => {
  using home = new Home();
  const own = `${home.directory}/home`;
  mkdirSync(`${own}/settings/sub`, { recursive: true });
  writeFileSync(`${own}/settings/sub/run`, "one", { mode: 0o755 });
  const target = `${home.directory}/guest/deep/settings`;
  provisioned(
    home,
    `[[provision.files]]\nsource = "~/settings"\ntarget = "${target}"\n${command(`cp '${target}/sub/run' told`)}`,
  );
  await home.run(ready);
  expect([told(home), Bun.file(`${target}/sub/run`).size]).toEqual(["one", 3]);
  expect((await home.run(["exec", "--", "test", "-x", `${target}/sub/run`])).code).toBe(0);
  const inBottle = () => readFileSync(`${target}/sub/run`, "utf8");
  writeFileSync(`${target}/sub/run`, "changed in the bottle");
  await home.run(ready);
  expect(inBottle()).toBe("changed in the bottle");
  await home.run(["stop"]);
  await home.run(ready);
  expect(inBottle()).toBe("one");
  writeFileSync(`${own}/settings/sub/run`, "three");
  await home.run(ready);
  expect(inBottle()).toBe("three");
});

test("what lies in the project is read by the bottle and not by this machine", async () => {
  using home = new Home();
  writeFileSync(`${home.project}/notes`, "ours");
  home.manifest(`${image}[[provision.files]]\nsource = "./notes"\ntarget = "/tmp/x"\n`);
  const { stdout } = await home.run([...ready.slice(0, 1), "--dry-run", ...ready.slice(1)]);
  const line = stdout.split("\n").find((one) => one.includes("mkdir -p --")) ?? "";
  expect([line.startsWith("~/bin/smolvm machine exec"), line.match(/ machine exec /g)?.length]).toEqual([true, 2]);
});

test("--dry-run shows the steps that are due, and none that is done", async () => {
  using home = new Home();
  provisioned(home, command("echo of the steps >>told"));
  const words = ["exec", "--dry-run", "--", "true"];
  expect((await home.run(words)).stdout.match(/of the steps/g)?.length).toBe(1);
  expect(existsSync(`${home.project}/told`)).toBe(false);
  await home.run(ready);
  expect((await home.run(words)).stdout).not.toContain("of the steps");
});

test.each([
  ["~/nothing", 'bottle.toml:3:3: "~/nothing" does not exist\n  [[provision.files]]\n    ^'],
  ["./socket", 'bottle.toml:3:3: "./socket" is a socket; only files and directories can be copied\n  [[provision.files]]\n    ^'],
  ["~/", 'bottle.toml:3:3: "~/home" contains your home directory, with your keys\n  [[provision.files]]\n    ^'],
  ["/", 'bottle.toml:3:3: "/" contains your home directory, with your keys\n  [[provision.files]]\n    ^'],
  ["./circle", 'bottle.toml:3:3: "./circle" does not exist\n  [[provision.files]]\n    ^'],
])("%s is not copied", async (source, message) => {
  using home = new Home();
  symlinkSync("circle", `${home.project}/circle`);
  using _socket = Bun.listen({ unix: `${home.project}/socket`, socket: { data() {} } });
  home.manifest(`${image}[[provision.files]]\nsource = "${source}"\ntarget = "/tmp/x"\n`);
  expect(await home.run(["run"])).toEqual({ stdout: "", stderr: `claude-bottle: ${message}\n`, code: 1 });
  expect(home.verbs()).toEqual([]);
}); // prettier-ignore

test("a file that another bottle could exchange is not copied", async () => {
  using home = new Home();
  mkdirSync(`${home.directory}/home/other`);
  writeFileSync(`${home.directory}/home/other/file`, "");
  provisioned(
    home,
    '[[mounts]]\nsource = "~/other"\nmode = "rw"\n[[provision.files]]\nsource = "~/other/file"\ntarget = "/tmp/x"\n',
  );
  expect((await home.run(ready)).stderr).toContain(
    '"~/home/other/file" is in "~/home/other", where the bottle could put another file in its place',
  );
});

test("of the host's Claude Code a bottle gets what was chosen, and no program and no secret of its settings", async () => {
  using home = new Home();
  const own = `${home.directory}/elsewhere`;
  mkdirSync(`${own}/skills/greet`, { recursive: true });
  writeFileSync(`${own}/CLAUDE.md`, "remember");
  writeFileSync(`${own}/.credentials.json`, "s3cret");
  const settings = {
    model: "opus",
    permissions: { deny: ["Read(~/.ssh/**)"], allow: ["Bash"], additionalDirectories: ["/etc"] },
    env: { TOKEN: "s3cret" },
    apiKeyHelper: "s3cret",
    awsAuthRefresh: "s3cret",
    statusLine: { type: "command", command: "s3cret" },
    hooks: { Stop: [{ hooks: [{ type: "command", command: "s3cret" }] }] },
    somethingNew: "s3cret",
  };
  writeFileSync(`${own}/settings.json`, JSON.stringify(settings));
  const env = { CLAUDE_CONFIG_DIR: own };
  home.settings('bottle.backend = "smolvm"\n[provision]\nclaude = ["settings", "memory", "skills", "commands"]\n');
  const { stdout } = await home.run(["run", "--dry-run"], { env });
  expect(stdout).not.toMatch(/s3cret|elsewhere\/(\.credentials|commands)/);
  expect(stdout.trim()).toEndWith(
    `claude --dangerously-skip-permissions --settings '{"model":"opus","permissions":{"deny":["Read(~/.ssh/**)"]}}'`,
  );
  expect(stdout.match(/elsewhere\/(skills|CLAUDE.md)/g)?.sort()).toEqual(["elsewhere/CLAUDE.md", "elsewhere/skills"]);
  writeFileSync(`${own}/settings.json`, '{"model": 3}');
  expect(await home.run(["run", "--dry-run"], { env })).toEqual({
    stdout: "",
    stderr: `claude-bottle: "~/elsewhere/settings.json" does not hold settings of Claude Code\n  correct it, or remove "settings" from provision.claude\n`,
    code: 1,
  });
});
