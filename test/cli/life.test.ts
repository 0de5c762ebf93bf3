import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { Home, isRunning, says, until } from "../support/tool.ts";

const making = `claude-bottle: creating bottle "cb-BOTTLE" (smolvm, 2 cpus, 4096 MiB) from /images/claude\nclaude-bottle: starting bottle "cb-BOTTLE"\n`;

test("the first command makes the bottle in four calls, the next one needs one", async () => {
  using home = new Home();
  expect(await home.run(["exec", "--", "pwd"])).toEqual({ stdout: "~/home/project\n", stderr: making, code: 0 });
  expect(home.verbs()).toEqual(["status", "create", "start", "exec", "exec"]);
  expect(await home.run(["exec", "--", "pwd"])).toEqual({ stdout: "~/home/project\n", stderr: "", code: 0 });
  expect(home.verbs().slice(5)).toEqual(["exec"]);
});

test("stdin, stdout and stderr are the command's own, byte by byte", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  const bytes = crypto.getRandomValues(new Uint8Array(1 << 16));
  const child = home.start(["exec", "--", "sh", "-c", "cat; echo noise >&2"], { stdin: bytes });
  const [out, err] = await Promise.all([new Response(child.stdout).bytes(), new Response(child.stderr).text()]);
  expect(Buffer.from(out).equals(bytes)).toBe(true);
  expect(err).toBe("noise\n");
});

test.each([0, 1, 42, 126, 127, 143])("exit status %p is passed on", async (code) => {
  using home = new Home();
  expect((await home.run(["exec", "--", "sh", "-c", `exit ${code}`])).code).toBe(code);
});

test.each(["", "a b", "--", "--help", "-x", "$(id)", "it's", '"', "a\nb", "é", ";", "\\", "*"])(
  "the word %p arrives as it is",
  async (word) => {
    using home = new Home();
    expect(await home.run(["exec", "--", "printf", "[%s]", word])).toMatchObject({ stdout: `[${word}]`, code: 0 });
  },
);

test("the guest's environment is built, and sent with every exec", async () => {
  using home = new Home();
  home.manifest(`[bottle]\nimage = "/images/claude"\nuser = "ann"\n[env]\nODD = "a b\\n'\\"=$x"\n`);
  const { stdout } = await home.run(["exec", "--", "sh", "-c", "env -0 | sort -z"], {
    env: { SECRET_OF_HOST: "x", HTTPS_PROXY: "http://p:1", BUN_OPTIONS: "" },
  });
  const env = Object.fromEntries(
    stdout
      .split("\0")
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const root = process.getuid?.() === 0;
  expect(env).toMatchObject({
    ODD: `a b\n'"=$x`,
    HTTPS_PROXY: "http://p:1",
    HOME: root ? "/root" : "/home/ann",
    USER: root ? "root" : "ann",
    LANG: "C.UTF-8",
  });
  expect(env).not.toHaveProperty("SECRET_OF_HOST");
  expect(env).not.toHaveProperty("TERM");
});

test("a bottle stopped behind our back is started and set up again", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  await home.crash();
  expect(await home.run(["exec", "--", "echo", "again"])).toEqual({
    stdout: "again\n",
    stderr: `claude-bottle: starting bottle "cb-BOTTLE"\n`,
    code: 0,
  });
  expect(home.verbs().slice(5)).toEqual(["status", "start", "exec", "exec"]);
});

test("a bottle deleted behind our back is made again", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  await home.crash();
  rmSync(`${home.smolvm}/machines`, { recursive: true });
  expect(await home.run(["exec", "--", "echo", "again"])).toEqual({ stdout: "again\n", stderr: making, code: 0 });
});

test("a bottle whose project is gone, or a link by now, is not started, and can be removed", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  await home.run(["stop"]);
  const name = home.machines()[0]?.name ?? "";
  rmSync(home.project, { recursive: true });
  expect(await home.run(["exec", name, "--", "true"], { cwd: home.directory })).toEqual({
    stdout: "",
    stderr: says('"~/home/project"', "no longer exists", "claude-bottle rm cb-BOTTLE"),
    code: 1,
  });
  symlinkSync(home.bin, home.project);
  expect(await home.run(["exec", name, "--", "true"], { cwd: home.directory })).toMatchObject({
    stderr: says('"~/home/project"', '"~/bin"', "claude-bottle rm cb-BOTTLE"),
    code: 1,
  });
  expect(home.machines()).toMatchObject([{ state: "stopped" }]);
  expect((await home.run(["rm", name], { cwd: home.directory })).code).toBe(0);
});

test("stop and rm can be said twice", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  for (const _ of [1, 2])
    expect(await home.run(["stop"])).toEqual({
      stdout: "",
      stderr: `claude-bottle: stopped bottle "cb-BOTTLE"\n`,
      code: 0,
    });
  expect(home.machines()).toMatchObject([{ state: "stopped" }]);
  const none = { stdout: "", stderr: `claude-bottle: "~/home/project" has no bottle\n`, code: 0 };
  const removed = { ...none, stderr: `claude-bottle: removed bottle "cb-BOTTLE"\n` };
  for (const outcome of [removed, none]) expect(await home.run(["rm"])).toEqual(outcome);
  for (const words of [["stop"], ["rm", "--force"], ["rm", "--dry-run"], ["stop", "--dry-run"]])
    expect(await home.run(words)).toEqual(none);
  expect(await home.run(["rm", "--json"])).toEqual({ ...none, stdout: "null\n" });
  expect(home.machines()).toEqual([]);
});

test("rm says what is only in a bottle, and takes it by force alone; a look leaves a stopped machine stopped", async () => {
  using home = new Home();
  const files = ["/root/notes.txt", "/root/.claude/projects/-p/0a.jsonl", "/root/.cache/x", "/etc/passwd"];
  writeFileSync(`${home.smolvm}/inside`, files.map((file) => `${file}\0`).join(""));
  home.settings('[bottle]\nbackend = "smolvm"\nuser = "root"\n');
  await home.run(["exec", "--", "true"]);
  const lost = `claude-bottle: 1 conversation and 1 file are only in bottle "cb-BOTTLE"\n`;
  const refused = {
    stdout: "",
    stderr: `${lost}  /root/notes.txt
  /root/.claude/projects/-p/0a.jsonl
  copy what you want to keep: claude-bottle cp cb-BOTTLE:PATH .
  or keep its ~/.claude with the conversations for the next bottle: --keep-claude
  then remove the bottle: claude-bottle rm --force cb-BOTTLE (the project stays as it is, with what is not committed)
`,
    code: 1,
  };
  for (const words of [["rm"], ["run", "--fresh", "--", "--version"]]) expect(await home.run(words)).toEqual(refused);
  // It is as ready as before: nothing is asked of it.
  const asked = home.verbs().length;
  expect(await home.run(["exec", "--", "true"])).toEqual({ stdout: "", stderr: "", code: 0 });
  expect(home.verbs().slice(asked)).toEqual(["exec"]);
  await home.run(["stop"]);
  const unknown = `claude-bottle: bottle "cb-BOTTLE" is stopped, so what only exists in it is not known\n`;
  const { stdout, stderr } = await home.run(["rm", "--dry-run"]);
  expect([stdout.split("\n").length, stderr]).toEqual([3, unknown]);
  expect(await home.run(["rm"])).toEqual(refused);
  expect(home.machines()).toMatchObject([{ state: "stopped" }]);
  expect((await home.run(["rm"], { env: { FAKE_SMOLVM_FAIL_start: "no space left" } })).stderr).toBe(
    `claude-bottle: cannot tell what removing bottle "cb-BOTTLE" would lose: cannot start bottle "cb-BOTTLE": no space left on device
  free some disk space, for example by claude-bottle rm
  or remove it without checking: claude-bottle rm --force cb-BOTTLE
`,
  );
  await home.run(["exec", "--", "true"]);
  expect((await home.run(["rm", "--dry-run"])).stderr).toBe(lost);
  const json = await home.run(["rm", "--force", "--json"]);
  expect(JSON.parse(json.stdout)).toEqual({ bottle: "cb-BOTTLE", conversations: [files[1]], files: [files[0]] });
  expect([json.stderr, home.machines()]).toEqual([`claude-bottle: removed bottle "cb-BOTTLE"\n`, []]);
});

test("a bottle that the ledger does not know is stopped and removed by its name, and in its directory", async () => {
  using home = new Home();
  for (const words of [[], ["NAME"]]) {
    await home.run(["exec", "--", "true"]);
    rmSync(`${home.directory}/state`, { recursive: true });
    expect((await home.run(["ls"])).stdout).toContain(" not in the ledger ");
    const name = home.machines()[0]?.name ?? "";
    const named = words.map(() => name);
    expect((await home.run(["stop", ...named])).stderr).toBe(`claude-bottle: stopped bottle "cb-BOTTLE"\n`);
    expect((await home.run(["rm", ...named])).stderr).toBe(`claude-bottle: removed bottle "cb-BOTTLE"\n`);
    expect(home.machines()).toEqual([]);
  }
});

test("ls shows what is there, as a table and as JSON", async () => {
  using home = new Home();
  expect(await home.run(["ls", "--json"])).toEqual({ stdout: "[]\n", stderr: "", code: 0 });
  await home.run(["exec", "--", "true"]);
  const { stdout } = await home.run(["ls"]);
  expect(stdout.replace(/ +/g, " ").replace(/ \d+s /g, " 0s ")).toBe(
    "BOTTLE BACKEND ISOLATION STATE AGE WHY DIRECTORY\ncb-BOTTLE smolvm vm running 0s used 0s ago ~/home/project\n",
  );
  expect(JSON.parse((await home.run(["ls", "--json"])).stdout)).toEqual([
    {
      name: "cb-BOTTLE",
      backend: "smolvm",
      isolation: "vm",
      state: "running",
      directory: "~/home/project",
      copied: false,
      madeAt: expect.any(Number),
      lastUsedAt: expect.any(Number),
      sessions: [],
      ended: [],
      why: expect.stringMatching(/^used \ds ago$/),
    },
  ]);
  const [{ bytes }] = JSON.parse((await home.run(["ls", "--size", "--json"])).stdout);
  expect([bytes >= 100_000, bytes < 200_000]).toEqual([true, true]);
  expect((await home.run(["ls", "--size"])).stdout).toMatch(/ STATE +AGE +SIZE +WHY +DIRECTORY\n.* 1\d\d kB +used /);
  await home.crash();
  rmSync(`${home.smolvm}/machines`, { recursive: true });
  expect(JSON.parse((await home.run(["ls", "--size", "--json"])).stdout)).toMatchObject([
    { state: "missing", why: "its machine is gone" },
  ]);
});

test("two runs at the same moment make one bottle", async () => {
  using home = new Home();
  const go = `${home.directory}/go`;
  const env = { FAKE_SMOLVM_DELAY_create: go };
  const both = [home.start(["exec", "--", "echo", "one"], { env }), home.start(["exec", "--", "echo", "two"], { env })];
  await until(() => home.verbs().includes("create"));
  writeFileSync(go, "");
  const ends = await Promise.all(both.map((child) => home.finish(child)));
  expect(ends.map(({ stdout, code }) => [stdout, code])).toEqual([
    ["one\n", 0],
    ["two\n", 0],
  ]);
  expect(home.verbs().filter((verb) => verb === "create" || verb === "start")).toEqual(["create", "start"]);
});

test.each([
  ["create", "SIGINT", 130],
  ["create", "SIGTERM", 143],
  ["start", "SIGINT", 130],
  ["start", "SIGHUP", 129],
] as const)("a new bottle interrupted in %s by %s leaves nothing", async (verb, signal, code) => {
  using home = new Home();
  const child = home.start(["exec", "--", "true"], {
    env: { [`FAKE_SMOLVM_DELAY_${verb}`]: `${home.directory}/never` },
  });
  await until(() => home.verbs().includes(verb));
  child.kill(signal);
  const end = await home.finish(child);
  expect([end.code, end.stderr.split("\n").at(-2)]).toEqual([code, "claude-bottle: interrupted"]);
  expect(home.machines()).toEqual([]);
  expect((await home.run(["ls", "--json"])).stdout).toBe("[]\n");
});

test("an old bottle whose start is interrupted is stopped again, and kept", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  await home.run(["stop"]);
  const child = home.start(["exec", "--", "true"], { env: { FAKE_SMOLVM_DELAY_start: `${home.directory}/never` } });
  await until(() => home.verbs().filter((verb) => verb === "start").length === 2);
  child.kill("SIGINT");
  expect((await home.finish(child)).code).toBe(130);
  expect(home.machines()).toMatchObject([{ state: "stopped" }]);
});

test("--dry-run prints the commands with secrets as names, and runs none", async () => {
  using home = new Home();
  const env = { ANTHROPIC_API_KEY: "sk-secret-value" };
  const { stdout, stderr, code } = await home.run(["run", "--dry-run", "--", "-p", "it's"], { env });
  expect([stderr, code, stdout.includes("sk-secret-value")]).toEqual(["", 0, false]);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ").slice(1, 3).join(" ")),
  ).toEqual(["machine create", "machine start", "machine exec", "machine exec"]);
  expect(stdout).toContain("--credential anthropic-api-key=ANTHROPIC_API_KEY@api.anthropic.com");
  expect(stdout.trim().split("\n").at(-1)).toEndWith("claude --dangerously-skip-permissions -p 'it'\\''s'");
  expect(home.verbs()).toEqual(["status"]);
  for (const args of [["stop"], ["rm"], ["shell"], ["exec", "--", "true"], ["cp", "bottle.toml", ":/x"]])
    expect((await home.run([args[0] ?? "", "--dry-run", ...args.slice(1)])).code).toBe(0);
  expect(home.machines()).toEqual([]);
});

test("the caller's credential is bound where the bottle is made, and stands in no argv and no file of ours", async () => {
  using home = new Home();
  const env = { CLAUDE_CODE_OAUTH_TOKEN: "sk-secret-value" };
  await home.run(["exec", "--", "true"], { env });
  expect(home.calls()).toContainEqual(["credential", "CLAUDE_CODE_OAUTH_TOKEN", "set"]);
  expect(readFileSync(`${home.smolvm}/calls`, "utf8")).not.toContain("sk-secret-value");
  for (const file of new Bun.Glob("**/*").scanSync({ cwd: `${home.directory}/state`, dot: true }))
    expect(readFileSync(`${home.directory}/state/${file}`).includes("sk-secret-value")).toBe(false);
});

test("a gateway over plain http on the loopback gets the value by name, and the bottle the way to it", async () => {
  using home = new Home();
  const env = { ANTHROPIC_API_KEY: "sk-secret-value", ANTHROPIC_BASE_URL: "http://127.0.0.1:8787" };
  const { stdout, stderr } = await home.run(["exec", "--", "sh", "-c", "echo $ANTHROPIC_API_KEY $ANTHROPIC_BASE_URL"], {
    env,
  });
  expect(stdout).toBe("sk-secret-value http://100.96.0.1:8787\n");
  expect(stderr).toContain("it may reach all of this machine's loopback");
  expect(readFileSync(`${home.smolvm}/calls`, "utf8")).not.toContain("sk-secret-value");
  expect(
    home
      .calls()
      .find((call) => call[1] === "create")
      ?.join(" "),
  ).toContain("--allow-cidr 100.96.0.1/32");
});

test.each([
  ["image", 'bottle.image = "/images/other"'],
  ["cpus", "bottle.cpus = 4"],
  ["memory", 'bottle.memory = "1G"'],
  ["mounts", '[[mounts]]\nsource = "~/other"'],
  ["ssh-agent", "bottle.ssh-agent = true"],
  ["network", 'network.mode = "open"'],
  ["credentials", '[secrets]\nKEY = { env = "HOME", host = "a.example" }\n'],
])("a changed setting for %s is said, and applied by --fresh", async (what, change) => {
  using home = new Home();
  using agent = Bun.listen({ unix: `${home.directory}/agent`, socket: { data() {} } });
  const env = { SSH_AUTH_SOCK: agent.unix };
  home.manifest("");
  const settings = (text: string) =>
    home.settings(`bottle.backend = "smolvm"\nagents.claude.command = "true"\n${text}\n`);
  mkdirSync(`${home.directory}/home/other`);
  settings('bottle.image = "/images/claude"');
  await home.run(["exec", "--", "true"]);
  settings(change.startsWith("bottle.image") ? change : `bottle.image = "/images/claude"\n${change}`);
  // A host of a secret is also one to reach.
  const hosts = what === "credentials" ? 'claude-bottle: updated the allowed hosts of bottle "cb-BOTTLE": +a.example\n' : ""; // prettier-ignore
  const warning = `claude-bottle: bottle "cb-BOTTLE" was created with different settings (${what})\n  claude-bottle run --fresh recreates it with the current ones\n`;
  expect(await home.run(["exec", "--", "true"], { env })).toEqual({ stdout: "", stderr: hosts + warning, code: 0 });
  expect(await home.run(["run", "--fresh"], { env })).toMatchObject({ code: 0 });
  expect(await home.run(["exec", "--", "true"], { env })).toEqual({ stdout: "", stderr: "", code: 0 });
});

test("a changed variable holds from the next session on, and a changed list of hosts at once", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  home.manifest('[bottle]\nimage = "/images/claude"\n[env]\nA = "new"\n[network]\npresets = ["debian"]\n');
  expect(await home.run(["exec", "--", "sh", "-c", "echo $A"])).toEqual({
    stdout: "new\n",
    stderr: 'claude-bottle: updated the allowed hosts of bottle "cb-BOTTLE": +deb.debian.org +security.debian.org\n',
    code: 0,
  });
});

test("a session holds the bottle against stop, rm and --fresh; its end lets go", async () => {
  using home = new Home();
  const child = home.start([
    "exec",
    "--",
    "sh",
    "-c",
    `touch '${home.directory}/in'; until [ -e '${home.directory}/out' ]; do sleep 0.02; done`,
  ]);
  await until(() => existsSync(`${home.directory}/in`));
  for (const what of ["stop", "rm"])
    expect(await home.run([what])).toEqual({
      stdout: "",
      stderr: says('"cb-BOTTLE"', "1 running session", `claude-bottle ${what} --force`),
      code: 1,
    });
  expect(JSON.parse((await home.run(["ls", "--json"])).stdout)[0].sessions).toMatchObject([
    { kind: "exec", process: { pid: child.pid } },
  ]);
  writeFileSync(`${home.directory}/out`, "");
  await child.exited;
  expect((await home.run(["rm"])).code).toBe(0);
});

test("a killed exec leaves nothing of its command in the guest", async () => {
  using home = new Home();
  const child = home.start([
    "exec",
    "--",
    "sh",
    "-c",
    `echo $$ > '${home.directory}/pid'; trap '' HUP TERM; while :; do sleep 0.05; done`,
  ]);
  const pid = await until(
    () => existsSync(`${home.directory}/pid`) && Number(readFileSync(`${home.directory}/pid`, "utf8")),
  );
  child.kill("SIGTERM");
  expect(await child.exited).toBe(143);
  expect(isRunning(pid)).toBe(false);
}, 30_000);

test("from a directory below, the project is where bottle.toml stands, and the session starts in the directory", async () => {
  using home = new Home();
  mkdirSync(`${home.project}/a b/c`, { recursive: true });
  expect(await home.run(["exec", "--", "pwd"], { cwd: `${home.project}/a b/c` })).toMatchObject({
    stdout: "~/home/project/a b/c\n",
    code: 0,
  });
  expect(await home.run(["exec", "--", "pwd"])).toEqual({ stdout: "~/home/project\n", stderr: "", code: 0 });
});

test("a project whose name is not plain is mounted by a link", async () => {
  using home = new Home();
  const project = `${home.directory}/home/it's "a" #{b} $(c) é;`;
  mkdirSync(project);
  writeFileSync(`${project}/bottle.toml`, `[bottle]\nimage = "/images/claude"\n`);
  expect(await home.run(["exec", "--", "pwd"], { cwd: project })).toMatchObject({
    stdout: `~/home/it's "a" #{b} $(c) é;\n`,
    code: 0,
  });
  expect(home.machines()[0]?.labels["claude-bottle.directory"]).toBe(encodeURIComponent(project));
});

test("--name makes a further bottle of the same directory", async () => {
  using home = new Home();
  home.settings('bottle.backend = "smolvm"\n[agents.claude]\ncommand = "true"\n');
  await home.run(["run"]);
  await home.run(["run", "--name", "second"]);
  expect(
    home
      .machines()
      .map(({ name }) => name.replace(/[0-9a-f]{10}$/, "HASH"))
      .sort(),
  ).toEqual(["cb-project-HASH", "cb-second-HASH"]);
});

test("cp takes files and directories in and out, with their modes", async () => {
  using home = new Home();
  writeFileSync(`${home.project}/notes é.txt`, "text", { mode: 0o640 });
  const inside = `${home.directory}/inside`;
  mkdirSync(inside);
  expect(await home.run(["cp", "notes é.txt", `:${inside}`])).toMatchObject({ stdout: "", code: 0 });
  expect(readFileSync(`${inside}/notes é.txt`, "utf8")).toBe("text");
  expect(await home.run(["cp", `:${inside}`, "out"])).toEqual({ stdout: "", stderr: "", code: 0 });
  expect(readFileSync(`${home.project}/out/notes é.txt`, "utf8")).toBe("text");
  expect(await home.run(["cp", "nothing", `:${inside}`])).toEqual({
    stdout: "",
    stderr: says('"nothing"', "does not exist"),
    code: 1,
  });
});

test.each([
  ["in", ["cp", "bottle.toml", ":DIRECTORY/inside"]],
  ["out", ["cp", ":DIRECTORY/home/project/bottle.toml", "out"]],
])(
  "Ctrl-C while files are copied %s ends with 130, and leaves nothing",
  async (_, words) => {
    using home = new Home();
    await home.run(["exec", "--", "true"]);
    // What packs and unpacks in the bottle.
    home.program("tar", `echo $$ >'${home.directory}/pid'; exec sleep 1000`);
    const child = home.start(words.map((word) => word.replace("DIRECTORY", home.directory)));
    await until(() => existsSync(`${home.directory}/pid`) && readFileSync(`${home.directory}/pid`, "utf8") !== "");
    child.kill("SIGINT");
    expect(await home.finish(child)).toMatchObject({ stdout: "", code: 130 });
    const pid = Number(readFileSync(`${home.directory}/pid`, "utf8"));
    await until(() => !isRunning(pid));
    expect(readdirSync(home.project).sort()).toEqual(["bottle.toml"]);
  },
  30_000,
);
