import { expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { withoutLandlock } from "../support/landlock.ts";
import { Machine, outcome, provoke, type Row } from "../support/doctored.ts";

setDefaultTimeout(60_000);

// What only another machine has wrong, such as /dev/kvm or a full disk, is put before the program in a box of bubblewrap.

const isRoot = process.getuid?.() === 0;
const bwrap = Bun.which("bwrap") ?? "bwrap";
const canBox = Bun.which("bwrap") !== null && Bun.spawnSync([bwrap, "--dev-bind", "/", "/", "true"]).exitCode === 0;
if (!canBox) console.log("doctor in a box, skipped: bubblewrap cannot make a sandbox here");
if (!isRoot) console.log("files of other users, skipped: only root can make them");

/** Around the program: its own /dev, without the rights of root. */
const box = (...words: string[]) => [bwrap, "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--cap-drop", "ALL", ...words, "--"]; // prettier-ignore

/** The device of the box, a file of that group and mode. */
function kvm(machine: Machine, { mode = 0o660, gid }: { mode?: number; gid?: number } = {}): string[] {
  const file = `${machine.directory}/kvm-${mode}-${gid ?? "own"}`;
  if (!existsSync(file)) writeFileSync(file, "");
  chmodSync(file, mode);
  if (gid !== undefined) chownSync(file, 12345, gid);
  return ["--bind", file, "/dev/kvm"];
}

function groups(machine: Machine, members: string): string[] {
  const file = `${machine.directory}/group-${members}`;
  writeFileSync(file, `root:x:0:\nkvm:x:54321:${members}\n`);
  return ["--ro-bind", file, "/etc/group"];
}

const userName = () => Bun.spawnSync(["id", "-un"]).stdout.toString().trim();

function onSmolvm(machine: Machine): void {
  machine.fakeSmolvm();
  machine.backend("smolvm");
  machine.manifest('[bottle]\nimage = "/images/claude"\n');
  machine.box = box(...kvm(machine));
}

const opened = (machine: Machine) => void (machine.box = box(...kvm(machine)));
const denied = "you may not open /dev/kvm, and a microVM requires it";
const needed = "a bottle here needs it";

const rows: Readonly<Record<string, Row & { readonly asRoot?: boolean }>> = {
  "no /dev/kvm": {
    prepared: onSmolvm,
    broken: (machine) => void (machine.box = box()),
    finding: {
      id: "kvm",
      level: "error",
      what: "this machine has no usable /dev/kvm, and a microVM requires it",
      why: needed,
      fix: {
        command: "enable virtualization in the firmware (nested virtualization in a virtual machine)",
        safe: false,
      },
    },
    mended: opened,
  },
  "a /dev/kvm of a group that the user is not in": {
    asRoot: true,
    prepared: onSmolvm,
    broken: (machine) => void (machine.box = box(...kvm(machine, { gid: 54321 }), ...groups(machine, ""))),
    finding: {
      id: "kvm",
      level: "error",
      what: denied,
      why: needed,
      fix: { command: "sudo usermod -aG kvm $USER, then log in again", safe: false },
    },
    mended: opened,
  },
  "a login that is older than the user's place in the group": {
    asRoot: true,
    prepared: onSmolvm,
    broken: (machine) => void (machine.box = box(...kvm(machine, { gid: 54321 }), ...groups(machine, userName()))),
    finding: {
      id: "kvm",
      level: "error",
      what: denied,
      why: needed,
      fix: { command: "log in again: this login is older than your place in the group kvm", safe: false },
    },
    mended: opened,
  },
  "a /dev/kvm that belongs to root alone": {
    asRoot: true,
    prepared: onSmolvm,
    broken: (machine) => void (machine.box = box(...kvm(machine, { gid: 0, mode: 0o600 }))),
    finding: {
      id: "kvm",
      level: "error",
      what: denied,
      why: needed,
      fix: { command: "sudo chgrp kvm /dev/kvm && sudo chmod 660 /dev/kvm", safe: false },
    },
    mended: opened,
  },
  "a /dev/kvm that boots nothing, and forgets it": {
    prepared: onSmolvm,
    broken: async (machine) => {
      const words =
        "agent operation failed: start machine: libkrun detail: build microVM: KvmContext(KvmOpen(Error(13)))";
      machine.extra = { FAKE_SMOLVM_FAIL_start: words };
      await machine.run(["exec", "--", "true"]);
      machine.extra = {};
      await machine.run(["gc", "--yes"]);
    },
    finding: {
      id: "backend.smolvm",
      level: "error",
      what: "/dev/kvm is there, but no microVM boots on it: KvmContext(KvmOpen(Error(13)))",
      why: "an earlier start found this, and later starts rely on it until the note is removed; enable nested virtualization for this machine; claude-bottle run --backend smolvm tries again",
      fix: { command: "rm ~/state/claude-bottle/no-boot.json", safe: true },
    },
  },
  "a smolvm that is not installed": {
    prepared: onSmolvm,
    broken: (machine) => machine.removeProgram("smolvm"),
    finding: {
      id: "backend.smolvm",
      level: "error",
      what: "smolvm, which runs the microVMs, is not installed",
      why: needed,
      fix: { command: "install it: curl -sSL https://smolmachines.com/install.sh | bash", safe: false },
    },
    mended: (machine) => machine.fakeSmolvm(),
  },
  "a smolvm that is too old": {
    prepared: onSmolvm,
    broken: (machine) => machine.fakeSmolvm(machine.bin, "1.20.0"),
    finding: {
      id: "backend.smolvm",
      level: "error",
      what: "smolvm 1.20.0 is too old: 1.28.1 or newer is needed",
      why: needed,
      fix: { command: "upgrade it: curl -sSL https://smolmachines.com/install.sh | bash", safe: false },
    },
    mended: (machine) => machine.fakeSmolvm(machine.bin, "1.28.1"),
  },
  "another program that is called smolvm": {
    prepared: onSmolvm,
    broken: (machine) => void machine.program("smolvm", "echo smolvm 0.0.9"),
    finding: {
      id: "backend.smolvm",
      level: "error",
      what: '"~/bin/smolvm" is another program that is also called smolvm',
      why: needed,
      fix: {
        command:
          "install the one that runs microVMs, and put it first in PATH: curl -sSL https://smolmachines.com/install.sh | bash",
        safe: false,
      },
    },
    mended: (machine) => machine.fakeSmolvm(),
  },
  "a smolvm that hides a newer one": {
    prepared: (machine) => {
      onSmolvm(machine);
      machine.fakeSmolvm(`${machine.directory}/further`);
      machine.extra = { PATH: `${machine.bin}:${machine.directory}/further` };
    },
    broken: (machine) => machine.fakeSmolvm(machine.bin, "1.28.1"),
    finding: {
      id: "path.smolvm",
      level: "warning",
      what: '"~/bin/smolvm" (smolvm 1.28.1) hides "~/further/smolvm" (smolvm 1.32.2)',
      why: "machines that one of them created may not start with the other",
      fix: { command: "remove one of them, or change their order in PATH", safe: false },
    },
    mended: (machine) => machine.fakeSmolvm(),
  },
  "a bubblewrap that is not installed": {
    prepared: onBubblewrap,
    broken: (machine) => {
      machine.removeProgram("bwrap");
      machine.box = [...hidden];
    },
    finding: {
      id: "backend.bubblewrap",
      level: "error",
      what: "bubblewrap is not installed",
      why: needed,
      fix: { command: "install bubblewrap with the system's package manager", safe: false },
    },
    mended: onBubblewrap,
  },
  "a kernel that forbids namespaces": {
    prepared: onBubblewrap,
    broken: (machine) => {
      const words = "bwrap: No permissions to create new namespace";
      machine.program("bwrap", `[ "$1" = --version ] && exec echo bubblewrap 0.8.0\necho '${words}' >&2; exit 1`);
    },
    finding: {
      id: "backend.bubblewrap",
      level: "error",
      what: "bubblewrap cannot make a sandbox here: No permissions to create new namespace",
      why: needed,
      fix: { command: "run claude-bottle on the machine itself, not in a container", safe: false },
    },
    mended: onBubblewrap,
  },
  "no Claude Code, and no npm to install it": {
    prepared: onBubblewrap,
    broken: (machine) => machine.removeProgram("claude"),
    finding: {
      id: "agent",
      level: "error",
      what: "there is no Claude Code on this machine",
      why: "there is no npm to install it with",
      fix: { command: "curl -fsSL https://claude.ai/install.sh | bash", safe: false },
    },
    mended: claude,
  },
  "no Claude Code, and an npm": {
    prepared: (machine) => {
      onBubblewrap(machine);
      machine.program("npm", "exit 1");
    },
    broken: (machine) => machine.removeProgram("claude"),
    finding: {
      id: "agent",
      level: "note",
      what: "there is no Claude Code on this machine",
      why: "the first start installs it with npm (175 MB to download)",
      fix: { command: "curl -fsSL https://claude.ai/install.sh | bash", safe: false },
    },
    mended: claude,
  },
  "a bubblewrap that nobody has said yes to": {
    prepared: (machine) => {
      onBubblewrap(machine);
      machine.settings('network.mode = "open"\n');
      machine.removeProgram("podman");
      mkdirSync(`${machine.state}/allowed`);
      writeFileSync(`${machine.state}/allowed/bubblewrap`, "");
    },
    broken: (machine) => rmSync(`${machine.state}/allowed/bubblewrap`),
    finding: {
      id: "session.consent",
      level: "error",
      what: "bubblewrap is the only backend that works here, and you have not accepted it yet",
      why: "namespaces, not a VM: sessions share this machine's kernel; run asks once, in a terminal",
      fix: { command: "claude-bottle run --accept-weaker", safe: false },
    },
    mended: (machine) => writeFileSync(`${machine.state}/allowed/bubblewrap`, ""),
  },
  "a disk that is nearly full": {
    prepared: (machine) => void (machine.box = disk(machine, 2048)),
    broken: (machine) => void (machine.box = disk(machine, 100)),
    finding: {
      id: "disk",
      level: "warning",
      what: '100 MiB free on the disk of "~/state/claude-bottle"',
      why: "the disks of a bottle grow as it works",
      fix: { command: "claude-bottle ls --size shows what bottles use; claude-bottle rm and gc free it", safe: false },
    },
    mended: (machine) => void (machine.box = disk(machine, 2048)),
  },
  "a disk that is full": {
    prepared: (machine) => void (machine.box = disk(machine, 2048)),
    broken: (machine) => void (machine.box = disk(machine, 1)),
    finding: {
      id: "disk",
      level: "error",
      what: '1 MiB free on the disk of "~/state/claude-bottle"',
      why: "no bottle can be recorded",
      fix: { command: "claude-bottle ls --size shows what bottles use; claude-bottle rm and gc free it", safe: false },
    },
    mended: (machine) => void (machine.box = disk(machine, 2048)),
  },
  "a state directory that root has made": {
    asRoot: true,
    prepared: (machine) =>
      void (machine.box = [bwrap, "--dev-bind", "/", "/", "--unshare-user", "--uid", "1000", "--gid", "1000", "--"]),
    broken: (machine) => chownSync(machine.state, 12345, 12345),
    finding: {
      id: "state.owner",
      level: "error",
      what: '"~/state/claude-bottle" belongs to another user (65534)',
      why: "bottles and sessions are recorded there; a run with sudo may have created it",
      fix: { command: "sudo chown -R $(id -u):$(id -g) ~/state/claude-bottle", safe: false },
    },
  },
  "a state directory of another user, whose name a shell would read": {
    asRoot: true,
    broken: (machine) => {
      const directory = `${machine.directory}/it's mine`;
      mkdirSync(`${directory}/claude-bottle`, { recursive: true, mode: 0o700 });
      chownSync(`${directory}/claude-bottle`, 12345, 12345);
      machine.extra = { XDG_STATE_HOME: directory };
    },
    finding: {
      id: "state.owner",
      level: "warning",
      what: `"~/it's mine/claude-bottle" belongs to another user (12345)`,
      why: "bottles and sessions are recorded there; a run with sudo may have created it",
      fix: { command: String.raw`sudo chown -R $(id -u):$(id -g) '~/it'\''s mine/claude-bottle'`, safe: false },
    },
  },
  "a state directory that was made by another user": {
    asRoot: true,
    broken: (machine) => {
      mkdirSync(`${machine.state}/trust`);
      chownSync(machine.state, 12345, 12345);
    },
    finding: {
      id: "state.owner",
      level: "warning",
      what: '"~/state/claude-bottle" belongs to another user (12345)',
      why: "bottles and sessions are recorded there; a run with sudo may have created it",
      fix: { command: "sudo chown -R $(id -u):$(id -g) ~/state/claude-bottle", safe: false },
    },
  },
};

/** Any program for the processor itself. */
function claude(machine: Machine): void {
  if (!existsSync(`${machine.bin}/claude`)) symlinkSync(Bun.which("true") ?? "true", `${machine.bin}/claude`);
}

const hidden = [bwrap, "--dev-bind", "/", "/", "--ro-bind", "/dev/null", "/usr/bin/bwrap", "--"];

function onBubblewrap(machine: Machine): void {
  machine.box = [];
  claude(machine);
  machine.program("bwrap", "echo bubblewrap 0.8.0");
  machine.settings('bottle.backend = "bubblewrap"\nnetwork.mode = "open"\n');
}

function disk(machine: Machine, sizeMiB: number): string[] {
  return [bwrap, "--dev-bind", "/", "/", "--size", String(Math.round((sizeMiB + 0.9) * 1024 * 1024)), "--perms", "0700", "--tmpfs", machine.state, "--"]; // prettier-ignore
}

test.skipIf(!canBox).concurrent.each(Object.entries(rows).filter(([, { asRoot }]) => isRoot || !asRoot))(
  "doctor finds %s, and then a clean bill",
  async (_, row) => {
    using machine = new Machine();
    expect(await provoke(machine, row)).toEqual(outcome(row));
  },
);

test.skipIf(!canBox)("a machine that can run nothing has an error for each backend, in the words of run", async () => {
  using machine = new Machine();
  machine.settings("");
  machine.box = withoutLandlock(machine.directory, "refused");
  machine.program("podman", "exit 1");
  machine.program("bwrap", "exit 1");
  const { findings, backend, starts } = await machine.examine();
  // Of /dev/kvm run says nothing where smolvm is not installed.
  const errors = findings.filter(({ id, level }) => level === "error" && id !== "kvm");
  expect([starts, backend, errors.map(({ id }) => id)]).toEqual([
    false,
    null,
    ["backend.smolvm", "backend.docker", "backend.podman", "backend.bubblewrap", "backend.landlock"],
  ]);
  const { stderr } = await machine.run(["exec", "--", "true"]);
  for (const { what } of errors) expect(stderr).toContain(what);
  // It says nothing of what would mend it.
  expect(errors.find(({ id }) => id === "backend.podman")?.fix).toBeNull();
});

test.skipIf(!canBox).each([
  ["absent", "this kernel has no Landlock"],
  ["disabled", "Landlock is disabled on this machine"],
  ["refused", "the container that this runs in forbids Landlock"],
] as const)("a Landlock that is %s is said in one line", async (why, line) => {
  using machine = new Machine();
  machine.box = withoutLandlock(machine.directory, why);
  const { findings } = await machine.examine();
  expect(findings.find(({ id }) => id === "backend.landlock")?.what).toBe(line);
});
