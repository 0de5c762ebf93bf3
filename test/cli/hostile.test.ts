// The compiled program in a directory that tries to get into it, and under names and places that are not its own.
import { beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, lchownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { binary } from "../support/binary.ts";
import { Screen } from "../support/screen.ts";
import { Home, until } from "../support/tool.ts";

let program: string;
beforeAll(async () => void (program = await binary()), 60_000);

const spawn = async (argv: string[], home: Home, cwd: string, env: Record<string, string> = {}) =>
  home.finish(
    Bun.spawn(argv, {
      cwd,
      env: { ...home.env, ...env },
      stdin: Buffer.from(""),
      stdout: "pipe",
      stderr: "pipe",
    }) as never,
  );

test("nothing of the working directory is loaded or run", async () => {
  using home = new Home();
  const mark = `${home.directory}/mark`;
  const evil = `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "evil");`;
  writeFileSync(`${home.project}/evil.ts`, evil);
  writeFileSync(`${home.project}/index.ts`, evil);
  writeFileSync(`${home.project}/bunfig.toml`, 'preload = ["./evil.ts"]\n[test]\npreload = ["./evil.ts"]\n');
  for (const file of [".env", ".env.local", ".env.development", ".env.production"])
    writeFileSync(`${home.project}/${file}`, `EVIL=1\nANTHROPIC_API_KEY=sk-evil\nPATH=${home.project}\n`);
  writeFileSync(
    `${home.project}/package.json`,
    JSON.stringify({
      name: "evil",
      main: "evil.ts",
      module: "evil.ts",
      scripts: { preinstall: "sh evil", run: "sh evil" },
      imports: { "#*": "./evil.ts" },
    }),
  );
  writeFileSync(
    `${home.project}/tsconfig.json`,
    JSON.stringify({ compilerOptions: { paths: { "*": ["./evil.ts"] } } }),
  );
  mkdirSync(`${home.project}/node_modules/citty`, { recursive: true });
  writeFileSync(`${home.project}/node_modules/citty/index.js`, evil);
  for (const args of [["--version"], ["--help"], ["ls"], ["exec", "--", "env"], ["pty-resize", "b", "--", "env"]]) {
    const { stdout, code } = await spawn([program, ...args], home, home.project);
    expect([args, code, stdout.includes("EVIL"), stdout.includes("sk-evil")]).toEqual([args, 0, false, false]);
  }
  expect(home.calls().some((call) => call.join(" ").includes("--credential"))).toBe(false);
  expect(existsSync(mark)).toBe(false);
});

describe("a PATH with relative entries runs no program of the working directory", () => {
  const hostileHome = () => {
    const home = new Home();
    for (const name of "smolvm sh tar dirname basename mktemp rm mv cat stty ps git ls tmux".split(" "))
      writeFileSync(`${home.project}/${name}`, `#!/bin/sh\ntouch '${home.directory}/mark'\n`, { mode: 0o755 });
    return { home, PATH: `:.:../project:${home.env.PATH}` };
  };

  test("in what we start, and in what that starts", async () => {
    const { home, PATH } = hostileHome();
    using _ = home;
    writeFileSync(`${home.project}/file`, "text");
    for (const args of [
      ["exec", "--", "echo", "hi"],
      ["cp", "file", ":/tmp/"],
      ["rm", "--force"],
    ])
      expect([args, (await spawn([program, ...args], home, home.project, { PATH })).code]).toEqual([args, 0]);
    expect(existsSync(`${home.directory}/mark`)).toBe(false);
  });

  test("in a question on a terminal", async () => {
    const { home, PATH } = hostileHome();
    using _ = home;
    await using screen = new Screen([program, "login"], { cwd: home.project, env: { ...home.env, PATH } });
    await screen.until("API key:");
    screen.press("\r");
    await screen.process.exited;
    expect(existsSync(`${home.directory}/mark`)).toBe(false);
  });
});

test.each(["the project", "a mount"])("a home behind a link is still not shared as %s", async (what) => {
  using home = new Home();
  const [real, link] = [`${home.directory}/home`, `${home.directory}/link`];
  symlinkSync("home", link);
  const env = { HOME: link, XDG_CONFIG_HOME: `${home.directory}/config`, XDG_CACHE_HOME: `${home.directory}/cache` };
  renameSync(`${real}/.config`, env.XDG_CONFIG_HOME);
  rmSync(`${home.project}/bottle.toml`);
  if (what === "a mount") home.manifest(`[[mounts]]\nsource = "${real}"\ntarget = "/home/shared"\n`);
  const { stdout, stderr, code } = await spawn(
    [program, "exec", "--", "ls", "-a"],
    home,
    what === "a mount" ? home.project : real,
    env,
  );
  expect([stdout, code]).toEqual(["", 1]);
  expect(stderr).toContain("your home directory");
  expect(home.calls().filter(([group]) => group === "machine")).toEqual([]);
});

test.each([
  ["without an end", "ln -s /proc/self/pagemap bottle.toml", "it is a file of the kernel"],
  ["that is never there", "ln -s /proc/kmsg bottle.toml", "it is a file of the kernel"],
  ["of 3 GB", "truncate -s 3G bottle.toml", "it is larger than 8 MiB"],
])("a bottle.toml %s is not read", async (_, script, why) => {
  using home = new Home();
  Bun.spawnSync(["sh", "-c", `rm bottle.toml; ${script}`], { cwd: home.project });
  const bounded = ["sh", "-c", 'ulimit -t 10; exec "$@"', "sh", program];
  for (const args of [["config"], ["exec", "--", "true"]])
    expect(await spawn([...bounded, ...args], home, home.project)).toMatchObject({
      stderr: `claude-bottle: cannot read "~/home/project/bottle.toml": ${why}\n`,
      code: 1,
    });
  expect((await spawn([...bounded, "complete", "--", "run", "--agent", ""], home, home.project)).code).not.toBe(70);
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("skipped: only root can give a file to somebody else");

test.skipIf(!isRoot)("a bottle.toml above that is somebody else's is not taken", async () => {
  using home = new Home();
  mkdirSync(`${home.project}/below`);
  const hasImage = async () => (await home.run(["config"], { cwd: `${home.project}/below` })).stdout.includes("images");
  expect(await hasImage()).toBe(true);
  lchownSync(`${home.project}/bottle.toml`, 4711, 4711);
  expect(await hasImage()).toBe(false);
  lchownSync(`${home.project}/below`, 4711, 4711);
  expect(await hasImage()).toBe(true);
});

test.each([
  ["BUN_OPTIONS", "--smol"],
  ["BUN_BE_BUN", ""],
])("%s does not reach what we start", async (name, value) => {
  using home = new Home();
  home.program("smolvm", `env > '${home.directory}/seen'; exit 1`);
  await spawn([program, "ls"], home, home.project, { [name]: value });
  expect(await Bun.file(`${home.directory}/seen`).text()).not.toContain(name);
  expect(
    (await spawn([program, "pty-resize", "b", "--", "env"], home, home.project, { [name]: value })).stdout,
  ).not.toContain(name);
});

test.each(["", "junk", "[]", '["--help"]', '1 ["--help"]'])(
  "words %j of another process are not taken for ours",
  async (words) => {
    using home = new Home();
    const [said, expected] = await Promise.all(
      [{ _CLAUDE_BOTTLE_WORDS: words }, {}].map((env) => spawn([program, "--version"], home, home.project, env)),
    );
    expect(said).toEqual(expected as never);
  },
);

test("through a symlink, from another directory, with PATH without it, and replaced by a new build, a session goes on", async () => {
  using home = new Home();
  const own = `${home.directory}/some where`;
  mkdirSync(own);
  cpSync(program, `${own}/real`);
  symlinkSync("real", `${own}/link`);
  await using screen = new Screen(
    [
      `${own}/link`,
      "shell",
      "--",
      "sh",
      "-c",
      'trap "stty size" WINCH; echo ready; while :; do read line && echo "got $line"; sleep 0.05; done',
    ],
    { cwd: home.project, env: home.env },
  );
  await screen.until("ready");
  renameSync(`${own}/real`, `${own}/old`);
  writeFileSync(`${own}/real`, "#!/bin/sh\necho a new build that knows nothing of the old one\n", { mode: 0o755 });
  screen.resize(70, 20);
  await screen.until(/^20 70$/m);
  screen.press("still there\r");
  await screen.until("got still there");
  rmSync(`${own}/old`);
  screen.resize(90, 25);
  await screen.until(/^25 90$/m);
  await until(() => home.calls().some((call) => call.includes("settle")));
}, 30_000);
