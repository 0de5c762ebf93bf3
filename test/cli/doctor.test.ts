import { expect, setDefaultTimeout, test } from "bun:test";
import { Database } from "bun:sqlite";
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { Machine, outcome, provoke, type Row } from "../support/doctored.ts";
import { tool } from "../support/tool.ts";

setDefaultTimeout(120_000);

const refused = "run refuses to start a session because of it";
const needed = "a bottle here needs it";
const ledgerUse = "bottles and sessions are recorded there";

const ownVersion = Bun.spawnSync([...tool, "--version"])
  .stdout.toString()
  .trim()
  .replace("claude-bottle ", "");

const docker = (machine: Machine) => void machine.program("docker", `[ "$1" = info ] && echo '{"ServerVersion":"28.2.2"}'\nexit 0`); // prettier-ignore

/** As Claude Code keeps it. */
function hostLogin(machine: Machine, expiresAt: number, mode = 0o600): void {
  mkdirSync(`${machine.directory}/home/.claude`, { recursive: true });
  const file = `${machine.directory}/home/.claude/.credentials.json`;
  writeFileSync(file, JSON.stringify({ claudeAiOauth: { accessToken: "the-secret", expiresAt } }), { mode });
}

function setLedgerVersion(machine: Machine, change: (now: number) => number): void {
  using db = new Database(`${machine.state}/ledger.db`);
  const found = db.query<{ user_version: number }, []>("pragma user_version").get();
  db.run(`pragma user_version = ${change(found?.user_version ?? 0)}`);
}

const noLogin = { CLAUDE_CODE_OAUTH_TOKEN: undefined };

async function shareHostLogin(machine: Machine, expiresAt: number, mode = 0o600): Promise<void> {
  machine.extra = noLogin;
  hostLogin(machine, Date.now() * 2);
  await machine.run(["login", "--from-claude"]);
  hostLogin(machine, expiresAt);
  chmodSync(`${machine.directory}/home/.claude/.credentials.json`, mode);
}

const rows: Readonly<Record<string, Row>> = {
  "an engine that does not answer": {
    broken: (machine) => void machine.program("podman", 'echo "Error: dial unix: connection refused" >&2; exit 125'),
    finding: {
      id: "backend.podman",
      level: "error",
      what: "cannot make bottles with podman: its engine does not answer",
      why: needed,
      fix: { command: "start it: systemctl --user start podman.socket", safe: false },
    },
    mended: (machine) => machine.podman(),
  },
  "a docker without its daemon, where docker is asked for": {
    prepared: (machine) => {
      docker(machine);
      machine.backend("docker");
    },
    broken: (machine) => {
      const words = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
      machine.program("docker", `[ "$1" = info ] && { echo "${words}" >&2; exit 1; }\nexit 0`);
    },
    finding: {
      id: "backend.docker",
      level: "error",
      what: "cannot make bottles with docker: its engine does not answer",
      why: needed,
      fix: { command: "start it: sudo systemctl start docker", safe: false },
    },
    mended: docker,
  },
  "another program that is called docker": {
    broken: (machine) => void machine.program("docker", "echo hello"),
    finding: {
      id: "backend.docker",
      level: "note",
      what: "cannot make bottles: docker says: hello",
      why: "not needed: this directory uses podman",
      fix: null,
    },
    mended: (machine) => machine.removeProgram("docker"),
  },
  "a bwrap that is no program": {
    broken: (machine) => writeFileSync(`${machine.bin}/bwrap`, "", { mode: 0o755 }),
    finding: {
      id: "backend.bubblewrap",
      level: "note",
      what: '"~/bin/bwrap" cannot be executed here: wrong format, or its interpreter is missing',
      why: "not needed: this directory uses podman",
      fix: { command: "reinstall ~/bin/bwrap", safe: false },
    },
    mended: (machine) => machine.removeProgram("bwrap"),
  },
  "an engine that takes its question and says nothing": {
    broken: (machine) => void machine.program("docker", "exec sleep 1000"),
    finding: {
      id: "backend.docker",
      level: "note",
      what: "cannot make bottles with docker: its engine does not answer",
      why: "not needed: this directory uses podman",
      fix: { command: "start it: sudo systemctl start docker", safe: false },
    },
    mended: (machine) => machine.removeProgram("docker"),
  },
  "a manifest with a mistake": {
    broken: (machine) => machine.manifest("[bottle]\ncpu = 2\n"),
    finding: {
      id: "manifest",
      level: "error",
      what: 'bottle.toml:2:1: unknown key "cpu" in [bottle]; did you mean "cpus"?',
      why: refused,
      fix: null,
    },
    mended: (machine) => machine.manifest("[bottle]\ncpus = 2\n"),
  },
  "a manifest that asks for trust": {
    broken: (machine) => machine.manifest('[secrets.TOKEN]\nenv = "TOKEN"\n'),
    finding: {
      id: "session",
      level: "error",
      what: "bottle.toml asks for 1 permission that you have not approved",
      why: refused,
      fix: { command: "to see and approve it: claude-bottle trust", safe: false },
    },
    mended: async (machine) => {
      const { hash } = JSON.parse((await machine.run(["trust", "--json"])).stdout) as { hash: string };
      await machine.run(["trust", "--accept", hash]);
    },
  },
  "a prompt file that is not there": {
    broken: (machine) => machine.manifest('[agents.claude]\nprompt-file = "prompt.md"\n'),
    finding: {
      id: "session",
      level: "error",
      what: 'the prompt file of agent "claude", "prompt.md", does not exist',
      why: refused,
      fix: { command: "correct agents.claude.prompt-file in ~/home/project/bottle.toml", safe: false },
    },
    mended: (machine) => writeFileSync(`${machine.project}/prompt.md`, "Hello\n"),
  },
  "no home to keep anything in": {
    prepared: (machine) => void (machine.extra = { GIT_CONFIG_GLOBAL: `${machine.directory}/home/.gitconfig` }),
    broken: (machine) => void (machine.extra = { ...machine.extra, HOME: undefined, XDG_STATE_HOME: undefined }),
    finding: {
      id: "state",
      level: "error",
      what: "HOME is not set, and claude-bottle keeps its records there",
      why: "no bottle can be recorded",
      fix: { command: "set HOME or XDG_STATE_HOME to a directory that you own", safe: false },
    },
    mended: (machine) => void (machine.extra = { GIT_CONFIG_GLOBAL: `${machine.directory}/home/.gitconfig` }),
  },
  "a state directory that others may read": {
    broken: (machine) => chmodSync(machine.state, 0o755),
    finding: {
      id: "state.mode",
      level: "warning",
      what: '"~/state/claude-bottle" is group- or world-readable (mode 755)',
      why: "it shows what you work on, and may hold a credential",
      fix: { command: "chmod 700 ~/state/claude-bottle", safe: true },
    },
  },
  "a state directory that may not be written": {
    broken: (machine) => chmodSync(machine.state, 0o500),
    finding: {
      id: "state.rights",
      level: "error",
      what: '"~/state/claude-bottle" is not writable for you (mode 500)',
      why: ledgerUse,
      fix: { command: "chmod 700 ~/state/claude-bottle", safe: true },
    },
  },
  "a file where the state directory belongs": {
    broken: (machine) => {
      rmSync(machine.state, { recursive: true });
      writeFileSync(machine.state, "");
    },
    finding: {
      id: "state.kind",
      level: "error",
      what: '"~/state/claude-bottle" is not a directory',
      why: ledgerUse,
      fix: { command: "mv ~/state/claude-bottle ~/state/claude-bottle.old", safe: false },
    },
    mended: (machine) => renameSync(machine.state, `${machine.state}.old`),
  },
  "a ledger that is damaged": {
    broken: (machine) => writeFileSync(`${machine.state}/ledger.db`, "no database at all\n".repeat(100)),
    finding: {
      id: "ledger",
      level: "error",
      what: '"~/state/claude-bottle/ledger.db" is damaged',
      why: "it records which bottle belongs to which directory, and which sessions run",
      fix: {
        command:
          "remove it: bottles are found again from the backend's own list (rm '~/state/claude-bottle/ledger.db')",
        safe: false,
      },
    },
    mended: (machine) => machine.shell("rm '~/state/claude-bottle/ledger.db'*"),
  },
  "a ledger of a newer version": {
    broken: (machine) => setLedgerVersion(machine, (now) => now + 1000),
    finding: {
      id: "ledger",
      level: "error",
      what: '"~/state/claude-bottle/ledger.db" was written by a newer claude-bottle',
      why: "it records which bottle belongs to which directory, and which sessions run",
      fix: { command: "claude-bottle upgrade", safe: false },
    },
    mended: (machine) => setLedgerVersion(machine, (now) => now - 1000),
  },
  "a lock of a bottle that is gone": {
    broken: (machine) => {
      mkdirSync(`${machine.state}/locks`);
      writeFileSync(`${machine.state}/locks/cb-gone.db`, "");
    },
    finding: {
      id: "leftovers",
      level: "note",
      what: "1 lock left over",
      why: "leftovers use disk space and clutter listings",
      fix: { command: "claude-bottle gc --yes", safe: true },
    },
  },
  "a clock that has gone back": {
    broken: (machine) => {
      writeFileSync(`${machine.state}/note`, "");
      const later = Date.now() / 1000 + 2.5 * 3600;
      utimesSync(`${machine.state}/note`, later, later);
    },
    finding: {
      id: "clock",
      level: "warning",
      what: `this machine's clock is 2h behind the last change of "~/state/claude-bottle"`,
      why: "with a wrong clock, valid tokens and server certificates count as expired",
      fix: { command: "sudo timedatectl set-ntp true", safe: false },
    },
    mended: (machine) => utimesSync(`${machine.state}/note`, 0, 0),
  },
  "no credential": {
    broken: (machine) => void (machine.extra = noLogin),
    finding: {
      id: "credential.missing",
      level: "warning",
      what: "there is no credential for Claude",
      why: "run asks for one before it starts Claude, or lets Claude ask in each bottle",
      fix: { command: "claude-bottle login", safe: false },
    },
    mended: async (machine) => {
      hostLogin(machine, Date.now() * 2);
      await machine.run(["login", "--from-claude"]);
    },
  },
  "a login of Claude Code that has ended": {
    broken: (machine) => shareHostLogin(machine, Date.now() - 1000),
    finding: {
      id: "credential.unusable",
      level: "error",
      what: "the login of Claude Code on this machine has expired",
      why: "no session starts without the credential that claude-bottle login stored",
      fix: { command: "log in again: claude, then /login", safe: false },
    },
    mended: (machine) => hostLogin(machine, Date.now() * 2),
  },
  "a login that others may read": {
    broken: (machine) => shareHostLogin(machine, Date.now() * 2, 0o644),
    finding: {
      id: "credential.mode",
      level: "warning",
      what: '"~/home/.claude/.credentials.json" is group- or world-readable (mode 644)',
      why: "anyone who reads it can use Claude as you",
      fix: { command: "chmod 600 ~/home/.claude/.credentials.json", safe: true },
    },
  },
  "a login by a program that is gone": {
    broken: async (machine) => {
      machine.extra = noLogin;
      machine.program("vault", "echo secret");
      await machine.run(["login", "--", "vault", "read"]);
      machine.removeProgram("vault");
    },
    finding: {
      id: "credential.unusable",
      level: "error",
      what: '"vault", which prints the credential, was not found',
      why: "no session starts without the credential that claude-bottle login stored",
      fix: { command: "add its directory to PATH, or store another credential: claude-bottle login", safe: false },
    },
    mended: (machine) => void machine.program("vault", "echo secret"),
  },
  "a keychain that is locked": {
    broken: async (machine) => {
      machine.extra = { ...noLogin, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" };
      machine.program("secret-tool", "cat > /dev/null");
      await machine.run(["login", "--as", "api-key"], { stdin: "sk-ant-api03-x" });
      // As one that waits for a word of its user, and is ended after a while.
      machine.program("secret-tool", "kill -TERM $$");
    },
    finding: {
      id: "credential.unusable",
      level: "error",
      what: "the keychain does not answer; it may be locked",
      why: "no session starts without the credential that claude-bottle login stored",
      fix: { command: "unlock it, and try again", safe: false },
    },
    mended: (machine) => void machine.program("secret-tool", "echo sk-ant-api03-x"),
  },
  "a keychain that has lost the login": {
    broken: async (machine) => {
      machine.extra = { ...noLogin, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" };
      machine.program("secret-tool", "cat > /dev/null");
      await machine.run(["login", "--as", "api-key"], { stdin: "sk-ant-api03-x" });
      machine.program("secret-tool", "exit 1");
    },
    finding: {
      id: "credential.unusable",
      level: "error",
      what: "the keychain has no credential for claude-bottle",
      why: "no session starts without the credential that claude-bottle login stored",
      fix: { command: "claude-bottle login", safe: false },
    },
    mended: (machine) => void machine.program("secret-tool", "echo sk-ant-api03-x"),
  },
  "a token with a line's end in it": {
    broken: (machine) => void (machine.extra = { CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-\noat01-x" }),
    finding: {
      id: "credential.shape",
      level: "warning",
      what: "CLAUDE_CODE_OAUTH_TOKEN from your environment holds a space or a line break",
      why: "no token has one, so Claude's requests will be refused",
      fix: {
        command: `export CLAUDE_CODE_OAUTH_TOKEN="$(printf %s "$CLAUDE_CODE_OAUTH_TOKEN" | tr -d '[:space:]')"`,
        safe: false,
      },
    },
    mended: (machine) => {
      const command = `export T="$(printf %s "$CLAUDE_CODE_OAUTH_TOKEN" | tr -d '[:space:]')"; printf %s "$T"`;
      const { stdout } = Bun.spawnSync(["bash", "-c", command], { env: machine.env });
      machine.extra = { CLAUDE_CODE_OAUTH_TOKEN: stdout.toString() };
    },
  },
  "a machine without git": {
    broken: (machine) => unlinkSync(`${machine.bin}/git`),
    finding: {
      id: "git.missing",
      level: "warning",
      what: "git was not found",
      why: "commits in a bottle use the name and email that git on this machine knows",
      fix: { command: "install git with the system's package manager", safe: false },
    },
    mended: (machine) => void machine.program("git", `exec '${Bun.which("git")}' "$@"`),
  },
  "a git without a name": {
    broken: (machine) => unlinkSync(`${machine.directory}/home/.gitconfig`),
    finding: {
      id: "git.identity",
      level: "note",
      what: "git has no user.name and user.email",
      why: "git in a bottle refuses to commit without them",
      fix: { command: "git config --global user.name NAME; git config --global user.email ADDRESS", safe: false },
    },
  },
  "a machine without tmux": {
    broken: (machine) => machine.removeProgram("tmux"),
    finding: {
      id: "tmux.missing",
      level: "note",
      what: "tmux was not found",
      why: "claude-bottle tmux opens Claude and shells in panes, from a key",
      fix: { command: "install tmux with the system's package manager", safe: false },
    },
    mended: (machine) => void machine.program("tmux", "echo tmux 3.3a"),
  },
  "a tmux that is too old": {
    broken: (machine) => void machine.program("tmux", "echo tmux 3.1c"),
    finding: {
      id: "tmux.version",
      level: "warning",
      what: "tmux 3.1c is too old",
      why: "claude-bottle tmux needs 3.2 or newer",
      fix: { command: "install a newer tmux, then end the old server: tmux kill-server", safe: false },
    },
    mended: (machine) => void machine.program("tmux", "echo tmux next-3.7"),
  },
  "another claude-bottle on PATH": {
    broken: (machine) => void machine.program("claude-bottle", "echo claude-bottle 0.0.1"),
    finding: {
      id: "path.claude-bottle",
      level: "warning",
      what: `the shell finds another claude-bottle, "~/bin/claude-bottle" (claude-bottle 0.0.1), but this is ${ownVersion}`,
      why: "tmux keys and scripts may run a different one than you do",
      fix: { command: "remove it, or put the directory of this one first in PATH", safe: false },
    },
    mended: (machine) => machine.removeProgram("claude-bottle"),
  },
};

test("all that doctor says, for a person", async () => {
  using machine = new Machine();
  chmodSync(machine.state, 0o755);
  machine.manifest("[bottle]\ncpu = 2\n");
  const { stdout, stderr, code } = await machine.run(["doctor"]);
  const known = stdout
    .replace(/^(ok {6} host {16}).*/m, "$1HOST")
    .replace(/^(ok {6} disk {16})\d+/m, "$1N")
    .replace(/^(ok {6} clock {15}).*/m, "$1NOW")
    .replace(/^\w+ +kvm [^]*?(?=^\w)/m, "")
    .replace(/^\w+ +backend.(bubblewrap|landlock|kubernetes) [^]*?(?=^\w)/gm, "");
  expect([known, stderr, code]).toMatchInlineSnapshot(`
    [
      
    "ok       host                HOST
    ok       tmux                tmux 3.3a
    ok       git                 Ada <ada@example.org>
    ok       path                no program hides another of the same name
    warning  state.mode          "~/state/claude-bottle" is group- or world-readable (mode 755)
                                 it shows what you work on, and may hold a credential
                                 fix: chmod 700 ~/state/claude-bottle
    ok       disk                N MiB free on the disk of "~/state/claude-bottle"
    ok       clock               NOW
    ok       ledger              0 bottles
    note     backend.smolvm      smolvm, which runs the microVMs, is not installed
                                 not needed: this directory uses podman
                                 fix: install it: curl -sSL https://smolmachines.com/install.sh | bash
    note     backend.docker      docker is not installed
                                 not needed: this directory uses podman
                                 fix: install it: https://docs.docker.com/engine/install
    ok       backend.podman      podman 4.3.1
    error    manifest            bottle.toml:2:1: unknown key "cpu" in [bottle]; did you mean "cpus"?
                                 run refuses to start a session because of it
    ok       credential          CLAUDE_CODE_OAUTH_TOKEN from your environment
    ok       leftovers           none

    no session can start here: 1 error
    claude-bottle doctor --fix can fix one of these
    "
    ,
      "",
      1,
    ]
  `);
});

test("--yes without --fix is a mistake", async () => {
  using machine = new Machine();
  expect(await machine.run(["doctor", "--yes"])).toEqual({
    stdout: "",
    stderr: "claude-bottle: --yes needs --fix\n  claude-bottle doctor --fix --yes\n",
    code: 2,
  });
});

test("nothing is fixed without a yes", async () => {
  using machine = new Machine();
  chmodSync(machine.state, 0o755);
  const { stdout, stderr, code } = await machine.run(["doctor", "--fix"]);
  expect([stdout, stderr, code]).toEqual([
    "",
    `claude-bottle: to run:\n  chmod 700 ~/state/claude-bottle  # "~/state/claude-bottle" is group- or world-readable (mode 755)\nclaude-bottle: doctor --fix asks before it runs anything, and there is no terminal to ask on\n  to run it without a question: claude-bottle doctor --fix --yes\n`,
    1,
  ]);
  expect(statSync(machine.state).mode & 0o777).toBe(0o755);
});

test.concurrent.each(Object.entries(rows))("doctor finds %s, and then a clean bill", async (_, row) => {
  using machine = new Machine();
  expect(await provoke(machine, row)).toEqual(outcome(row));
});
