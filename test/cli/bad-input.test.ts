import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { Home, says, tool } from "../support/tool.ts";

test.each([
  ["an unknown command", ["rnu"], ['"rnu"', "run", "claude-bottle --help"], 2],
  ["a command of the prototype", ["constructor"], ['"constructor"', "claude-bottle --help"], 2],
  ["an unknown option", ["run", "--fersh"], ['"--fersh"', "--fresh", "claude-bottle run --help"], 2],
  ["an option without a command", ["--fersh"], ['"--fersh"', "--fresh", "claude-bottle run --help"], 2],
  [
    "an option of Claude's before --",
    ["--permission-mode", "plan"],
    ['"--permission-mode"', "claude-bottle run -- --permission-mode"],
    2,
  ],
  ["a capital letter", ["ls", "-X"], ['"-X"', "claude-bottle ls --help"], 2],
  ["help, mistyped", ["hlep"], ['"hlep"', "help", "claude-bottle --help"], 2],
  ["an unknown letter", ["ls", "-x"], ['"-x"', "claude-bottle ls --help"], 2],
  [
    "a negated option that has a value",
    ["run", "--no-backend"],
    ['"--no-backend"', "--backend", "claude-bottle run --help"],
    2,
  ],
  ["a negated option that there is not", ["ls", "--no-color"], ['"--no-color"', "claude-bottle ls --help"], 2],
  ["an option without its value", ["run", "--name"], ["--name", "value", "claude-bottle run --help"], 2],
  ["an option that swallows the next", ["run", "--name", "--fresh"], ["--name", "claude-bottle run --help"], 2],
  ["a forgotten --", ["run", "claude"], ['"claude"', "after --"], 2],
  ["exec without a command", ["exec"], ["claude-bottle exec -- git status"], 2],
  ["a word too many for a command that takes none", ["ls", "all"], ['"all"', "claude-bottle ls --help"], 2],
  ["exec with a forgotten --", ["exec", "git", "status"], ['"status"', "after --"], 2],
  ["words after -- that have no use", ["ls", "--", "x"], ["after --", "claude-bottle ls --help"], 2],
  [
    "an unknown option of a verb",
    ["tmux", "open", "--widnow"],
    ['"--widnow"', "--window", "claude-bottle tmux open --help"],
    2,
  ],
  ["an unknown verb", ["tmux", "opne"], ['"tmux opne"', "open", "claude-bottle tmux --help"], 2],
  ["control characters in a verb", ["tmux", "\x9b31m"], ['"tmux \\x9b31m"', "claude-bottle tmux --help"], 2],
  ["no verb", ["tmux"], ["subcommand", "claude-bottle tmux --help"], 2],
  ["an option before the verb", ["tmux", "--yes", "install"], ["claude-bottle tmux --help"], 2],
  [
    "words for a shell that is the user's own",
    ["tmux", "open", "--host", "--", "ls"],
    ["--host", "claude-bottle tmux open --help"],
    2,
  ],
  ["a pane where there is no tmux", ["tmux", "open", "--pane", "%0"], ["inside tmux", "tmux new-session"], 1],
  ["a switch with a value", ["run", "--fresh=false"], ["--fresh", "no value", "claude-bottle run --help"], 2],
  ["cp with one side", ["cp", "a"], ["DESTINATION", "claude-bottle cp --help"], 2],
  ["cp between two places outside", ["cp", "a", "b"], ["neither", "claude-bottle cp notes.txt :/tmp/notes.txt"], 2],
  ["cp between two bottles", ["cp", ":/a", "x:/b"], ["both", "claude-bottle cp notes.txt :/tmp/notes.txt"], 2],
  ["an unknown bottle", ["shell", "cb-x-1"], ['"cb-x-1"', "claude-bottle ls"], 1],
  ["an unknown backend", ["run", "--backend", "podmna"], ['"podmna"', "podman"], 2],
  ["an unknown agent", ["run", "--agent", "cluade"], ['"cluade"', "claude"], 2],
  ["control characters in a word", ["r\x1b[31mn"], ['"r\\x1b[31mn"', "claude-bottle --help"], 2],
])("%s is one clear line", async (_, args, message, code) => {
  using home = new Home();
  expect(await home.run(args)).toEqual({ stdout: "", stderr: says(...message), code });
  expect(home.verbs()).toEqual([]);
});

test("an unknown command, in whole", async () => {
  using home = new Home();
  expect(await home.run(["rnu"])).toEqual({
    stdout: "",
    stderr: 'claude-bottle: unknown command "rnu"; did you mean run?\n  claude-bottle --help lists the commands\n',
    code: 2,
  });
});

test("the working directory is gone", async () => {
  using home = new Home();
  const doomed = `${home.directory}/doomed`;
  mkdirSync(doomed);
  const go = home.program("from-doomed", `cd '${doomed}' && rmdir '${doomed}' && exec "$@"`);
  const child = Bun.spawn([go, ...tool, "run"], { env: home.env, stdout: "pipe", stderr: "pipe" });
  // A compiled Bun program says so itself, before any line of ours runs.
  const stderr = process.env.TOOL_BIN
    ? "error: The current working directory was deleted, so that command didn't work. Please cd into a different directory and try again.\n"
    : "claude-bottle: the current directory no longer exists\n  cd to the project first\n";
  expect(await home.finish(child as never)).toEqual({ stdout: "", stderr, code: 1 });
});

test.each([
  ["/", ["whole file system", "cd to"]],
  ["HOME", ["your home directory", "cd to"]],
  ["PARENT", ['"~"', "your home directory", "cd to"]],
])("%s is not shared", async (where, message) => {
  using home = new Home();
  const cwd = where === "HOME" ? `${home.directory}/home` : where === "PARENT" ? home.directory : where;
  expect(await home.run(["run"], { cwd })).toEqual({
    stdout: "",
    stderr: says(...message),
    code: 1,
  });
});

test.each([`[bottle]\nimage = "/images/claude"\n`, ""])(
  "smolvm is not there, with the manifest %p",
  async (manifest) => {
    using home = new Home();
    home.manifest(manifest);
    rmSync(`${home.bin}/smolvm`);
    const { stderr, code } = await home.run(["exec", "--", "true"], { env: { PATH: home.bin } });
    expect([stderr.split("\n")[0], code]).toEqual([
      "claude-bottle: smolvm, which runs the microVMs, is not installed",
      1,
    ]);
  },
);

test.each([
  ["smolvm 1.9.3", ["1.9.3", "1.28.1"]],
  ["smolvm 0.0.21", ['"~/bin/smolvm"', "another program"]],
])("%s is told from the real thing", async (version, message) => {
  using home = new Home();
  // The older one does not know the options of the newer: a usage error.
  home.program(
    "smolvm",
    `[ "$1" = --version ] && { echo '${version}'; exit 0; }; echo 'error: unexpected argument' >&2; exit 2`,
  );
  const { stderr, code } = await home.run(["exec", "--", "true"]);
  expect([stderr, code]).toEqual([says(...message), 1]);
});

test.each([
  [
    "create",
    "config operation failed: --image: cannot read archive /images/claude: No such file or directory (os error 2)",
    'cannot make bottle "cb-BOTTLE": smolvm says: config operation failed: --image: cannot read archive /images/claude: No such file or directory (os error 2)',
  ],
  [
    "create",
    "io error: No space left on device",
    'cannot make bottle "cb-BOTTLE": no space left on device\n  free some disk space, for example by claude-bottle rm',
  ],
  [
    "start",
    "agent operation failed: start machine: kvm not available: /dev/kvm not found",
    'cannot start bottle "cb-BOTTLE": this machine has no usable /dev/kvm\n  enable virtualization in the firmware (and nested virtualization in a virtual machine)',
  ],
  [
    "start",
    "agent operation failed: start machine: kvm permission denied: /dev/kvm",
    'cannot start bottle "cb-BOTTLE": you may not open /dev/kvm\n  sudo usermod -aG kvm $USER, then log in again',
  ],
])("a failed %s (%s) is said and leaves nothing", async (verb, message, expected) => {
  using home = new Home();
  const { stderr, code } = await home.run(["exec", "--", "true"], { env: { [`FAKE_SMOLVM_FAIL_${verb}`]: message } });
  expect([stderr.slice(stderr.indexOf("claude-bottle: cannot")), code]).toEqual([`claude-bottle: ${expected}\n`, 1]);
  expect([home.machines(), readdirSync(`${home.directory}/state/claude-bottle/locks`)]).toEqual([[], []]);
});

test("a machine of that name that is not ours is left alone", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  const [machine] = home.machines();
  await home.crash();
  rmSync(`${home.directory}/state`, { recursive: true });
  writeFileSync(`${home.smolvm}/machines/${machine?.name}.json`, JSON.stringify({ ...machine, pid: null, labels: {} }));
  const { stderr, code } = await home.run(["exec", "--", "true"]);
  expect([stderr, code]).toEqual([
    says(
      '"cb-BOTTLE"',
      "claude-bottle run --name NAME",
      "~/bin/smolvm machine delete --error-format json --name cb-BOTTLE -f\n",
    ),
    1,
  ]);
  expect(home.machines()).toMatchObject([{ labels: {} }]);
});

test.each([
  ["is not there", "nowhere.md", ['"claude"', '"nowhere.md"', "does not exist"]],
  ["lies outside", "../../outside.md", ['"claude"', '"../../outside.md"', "outside the project"]],
  ["is a link that leads outside", "link.md", ['"claude"', '"link.md"', "outside the project"]],
  ["is a directory", "directory", ['"claude"', '"directory"', "is a directory"]],
])("a prompt file that %s", async (_, file, message) => {
  using home = new Home();
  writeFileSync(`${home.directory}/outside.md`, "");
  mkdirSync(`${home.project}/directory`);
  symlinkSync(`${home.directory}/outside.md`, `${home.project}/link.md`);
  home.manifest(`[bottle]\nimage = "/images/claude"\n[agents.claude]\nprompt-file = "${file}"\n`);
  expect(await home.run(["run"])).toEqual({
    stdout: "",
    stderr: says(...message, "agents.claude.prompt-file", "~/home/project/bottle.toml"),
    code: 1,
  });
  expect(home.verbs()).toEqual([]);
});

test("a prompt file goes to claude by its name", async () => {
  using home = new Home();
  writeFileSync(`${home.project}/it's a prompt.md`, "");
  home.manifest(`[bottle]\nimage = "/images/claude"\n[agents.claude]\nprompt-file = "it's a prompt.md"\n`);
  const { stdout } = await home.run(["run", "--dry-run"]);
  expect(stdout.trim()).toEndWith(
    `claude --dangerously-skip-permissions --append-system-prompt-file '~/home/project/it'\\''s a prompt.md'`,
  );
});

test("a mistake in bottle.toml is shown at its place", async () => {
  using home = new Home();
  home.manifest(`[bottle]\nimgae = "x"\n`);
  const { stderr, code } = await home.run(["run"]);
  expect([stderr, code]).toEqual([
    'claude-bottle: bottle.toml:2:1: unknown key "imgae" in [bottle]; did you mean "image"?\n  imgae = ...\n  ^\n',
    1,
  ]);
});

test.each([
  ["not-a-url", ["ANTHROPIC_BASE_URL", '"not-a-url"']],
  ["https://user:pass@host", ["ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN"]],
])("ANTHROPIC_BASE_URL=%s", async (url, message) => {
  using home = new Home();
  expect(await home.run(["run"], { env: { ANTHROPIC_BASE_URL: url } })).toEqual({
    stdout: "",
    stderr: says(...message),
    code: 1,
  });
});

test("the state directory cannot be written", async () => {
  using home = new Home();
  writeFileSync(`${home.directory}/state`, "in the way");
  expect(await home.run(["run"])).toEqual({
    stdout: "",
    stderr: says('"~/state/claude-bottle"', "not a directory", "XDG_STATE_HOME"),
    code: 1,
  });
});

test("no space for what SQLite shares between processes", async () => {
  using home = new Home();
  await home.run(["exec", "--", "true"]);
  const argv = ["bash", "-c", 'trap "" XFSZ; ulimit -f 16; exec "$@"', "bash", ...tool, "ls"];
  const child = Bun.spawn(argv, { cwd: home.project, env: home.env, stdout: "pipe", stderr: "pipe" });
  expect(await home.finish(child as never)).toEqual({
    stdout: "",
    stderr: says("no space left on device", '"~/state/claude-bottle/ledger.db"'),
    code: 1,
  });
});

test.each([
  [undefined, "HOME is not set"],
  ["here", 'HOME is "here"'],
])("HOME is %p", async (HOME, what) => {
  using home = new Home();
  // Without a home there are no settings of the user that name it.
  home.manifest('[bottle]\nbackend = "smolvm"\nimage = "/images/claude"\n');
  expect((await home.run(["exec", "--", "true"], { env: { HOME } })).code).toBe(0);
  expect(await home.run(["run"], { env: { HOME, XDG_STATE_HOME: undefined } })).toEqual({
    stdout: "",
    stderr: says(what, "XDG_STATE_HOME"),
    code: 1,
  });
});

test("help is on stdout, for every command", async () => {
  using home = new Home();
  const { stdout } = await home.run(["--help"]);
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? "");
  expect(commands).toEqual(
    expect.arrayContaining(["run", "shell", "exec", "cp", "ls", "stop", "rm", "config", "doctor"]),
  );
  for (const command of commands) {
    const help = await home.run([command, "--help"]);
    expect([help.stdout.includes(`Usage: claude-bottle ${command}`), help.stderr, help.code]).toEqual([true, "", 0]);
    expect((await home.run(["help", command])).stdout).toBe(help.stdout);
  }
}, 30_000);

test("output into a closed pipe is no error", async () => {
  using home = new Home();
  const run = Bun.spawnSync(["bash", "-c", 'set -o pipefail; "$@" --help | true', "bash", ...tool], { env: home.env });
  expect([run.stderr.toString(), run.exitCode]).toEqual(["", 0]);
});

test("a program called docker that knows nothing of containers is said to", async () => {
  using home = new Home();
  home.settings('bottle.backend = "docker"\n');
  home.program("docker", "echo what");
  expect(await home.run(["exec", "--", "true"])).toEqual({
    stdout: "",
    stderr: says('"cb-BOTTLE"', "docker says: what"),
    code: 1,
  });
});

test("the name of a directory moves no cursor, whatever is said of it", async () => {
  using home = new Home();
  const cwd = `${home.project}/a\x1b]0;owned\x07`;
  mkdirSync(cwd);
  writeFileSync(`${cwd}/bottle.toml`, "");
  const shown = "~/home/project/a\\x1b]0;owned\\x07/bottle.toml";
  expect((await home.run(["allow", "x.example", "--project"], { cwd })).stderr).toContain(`to "${shown}"`);
});

test("a container that anybody labelled as ours ends no command", async () => {
  using home = new Home();
  const row = (directory: string, uid: string) =>
    JSON.stringify({ Names: "other", State: "running", Labels: `claude-bottle=docker,claude-bottle.directory=${directory},claude-bottle.uid=${uid}` }); // prettier-ignore
  const rows = [row("100%", "0"), row("%E0%A4%A", "x"), row("", "-1"), row("%00", "0")].join("\n");
  home.program("docker", `case "$1" in ps) cat <<'EOF'\n${rows}\nEOF\n;; *) echo '{}' ;; esac`);
  for (const words of [["ls"], ["ls", "--json"], ["gc"], ["doctor"], ["ls", "--size"]]) {
    const { stderr, code } = await home.run(words);
    expect([words, code === 70, stderr.includes("internal error")]).toEqual([words, false, false]);
  }
}, 60_000);

test.skipIf(process.platform !== "linux")("a directory whose name is not UTF-8 is told apart from one that is gone", async () => {
  using home = new Home();
  const script = 'mkdir "$1" && cd "$1" && shift && exec "$@"';
  const name = Buffer.from([0x61, 0xff]);
  writeFileSync(`${home.directory}/name`, name);
  const child = Bun.spawn(["sh", "-c", `name=$(cat '${home.directory}/name'); set -- "$name" "$@"; ${script}`, "sh", ...tool, "config"], {
    cwd: home.project,
    env: home.env,
    stdout: "pipe",
    stderr: "pipe",
  });
  expect(await home.finish(child as never)).toEqual({
    stdout: "",
    stderr: says("current directory", "UTF-8"),
    code: 1,
  });
}); // prettier-ignore
