// A stand-in for smolvm 1.32: its machine verbs as they were seen on the real one (test/vm/agree.test.ts runs both side by side).
// A machine is a JSON file and a sleeping process; its guest is this very host. What root runs in a guest is only recorded.
// The machine of a template runs the user's own commands alone, and its pack is a file.
//   FAKE_SMOLVM_STATE   directory of the machines, and of "calls", one JSON array of words a line
//   FAKE_SMOLVM_VERSION what --version says; FAKE_SMOLVM_FAIL_<verb> a message; FAKE_SMOLVM_DELAY_<verb> ms, or a file to wait for; pack_create is a verb
//   FAKE_SMOLVM_STATE/inside, where it is there: the paths that were written in a guest, each with a NUL behind it
//   FAKE_SMOLVM_NO_WINCH a client that does not follow its terminal's size
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { identify } from "../../src/system/process.ts";
import { windowSize } from "../../src/terminal/libc.ts";

type Machine = {
  name: string;
  state: string;
  pid: number | null;
  image: string;
  cpus: number;
  memory_mib: number;
  mounts: number;
  network: boolean;
  labels: Record<string, string>;
  guestPaths: string[];
  created_at: number;
};

const state = process.env.FAKE_SMOLVM_STATE ?? "/nonexistent";
mkdirSync(`${state}/machines`, { recursive: true });
const argv = process.argv.slice(2);
appendFileSync(`${state}/calls`, `${JSON.stringify(argv)}\n`);

const file = (name: string) => `${state}/machines/${name}.json`;
const read = (name: string): Machine | undefined =>
  existsSync(file(name)) ? JSON.parse(readFileSync(file(name), "utf8")) : undefined;
/** Whole or not at all: an interrupted test ends us anywhere. */
function save(machine: Machine): void {
  const whole = `${state}/${process.pid}.new`;
  writeFileSync(whole, JSON.stringify(machine));
  renameSync(whole, file(machine.name));
}

function fail(code: string, message: string): never {
  console.error(values["error-format"] === "json" ? JSON.stringify({ error: { code, message } }) : `Error: ${message}`);
  process.exit(1);
}

if (argv[0] === "--version") {
  console.log(process.env.FAKE_SMOLVM_VERSION ?? "smolvm 1.32.2");
  process.exit(0);
}
const cut = argv.indexOf("--");
const own = cut < 0 ? argv : argv.slice(0, cut);
const command = cut < 0 ? [] : argv.slice(cut + 1);
const [group, verb = ""] = own;
const text = { type: "string" } as const;
const many = { type: "string", multiple: true } as const;
const flag = { type: "boolean" } as const;
const { values } = parse();

function parse() {
  try {
    if ((group !== "machine" && group !== "pack") || process.env.FAKE_SMOLVM_VERSION?.startsWith("smolvm 0."))
      throw new Error(`unrecognized subcommand '${group}'`);
    return parseArgs({
      args: own.slice(2),
      options: {
        "error-format": text, name: { ...text, short: "n" }, cpus: text, mem: text, image: text, volume: { ...many, short: "v" }, label: many, user: text, workdir: { ...text, short: "w" },
        env: { ...many, short: "e" }, "secret-env": many, credential: many, "allow-cidr": many, "allow-host-pattern": many, net: flag, "ssh-agent": flag, interactive: { ...flag, short: "i" },
        from: text, "use-host-proxy": flag, "from-vm": text, output: { ...text, short: "o" }, all: flag, "reset-allow-list": flag, tty: { ...flag, short: "t" }, force: { ...flag, short: "f" }, json: flag,
      },
    }); // prettier-ignore
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exit(2);
  }
}
const name = values.name ?? "default";
const shown = ({ guestPaths: _, ...machine }: Machine) => ({
  ...machine,
  state: machine.state === "running" && !alive(machine.pid) ? "stopped" : machine.state,
});

const alive = (pid: number | null) => pid !== null && identify(pid) !== undefined;

async function fault(): Promise<void> {
  const what = group === "pack" ? `pack_${verb}` : verb;
  const wait = process.env[`FAKE_SMOLVM_DELAY_${what}`];
  if (wait?.startsWith("/")) while (!existsSync(wait)) await Bun.sleep(10);
  else if (wait) await Bun.sleep(Number(wait));
  const message = process.env[`FAKE_SMOLVM_FAIL_${what}`];
  if (message) fail("SMOLVM_ERROR", message);
}

const known = () => read(name) ?? fail("NOT_FOUND", `vm not found: ${name}`);

const verbs: Record<string, () => Promise<number | void> | number | void> = {
  async create() {
    if (read(name))
      fail(
        "CONFIG_ERROR",
        `config operation failed: create machine: machine '${name}' already exists or is being created`,
      );
    if (values.from !== undefined && !existsSync(values.from))
      fail("CONFIG_ERROR", `config operation failed: create from .smolmachine: file not found: ${values.from}`);
    const volumes = values.volume ?? [];
    for (const volume of volumes) {
      const host = volume.split(":")[0] ?? "";
      if (!existsSync(host)) fail("MOUNT_ERROR", `mount failed: validate volume: mount source not found: ${host}`);
    }
    for (const word of values.credential ?? []) {
      const variable = /=([A-Z_]+)@/.exec(word)?.[1] ?? "";
      appendFileSync(
        `${state}/calls`,
        `${JSON.stringify(["credential", variable, process.env[variable] ? "set" : "unset"])}\n`,
      );
    }
    const labels = Object.fromEntries(
      (values.label ?? []).map((label) => [label.slice(0, label.indexOf("=")), label.slice(label.indexOf("=") + 1)]),
    );
    save({
      name,
      state: "created",
      pid: null,
      image: values.from ?? `local-dir:${values.image}`,
      cpus: Number(values.cpus),
      memory_mib: Number(values.mem),
      mounts: volumes.length,
      network: values.net ?? false,
      labels,
      guestPaths: volumes.map((v) => v.split(":")[1] ?? ""),
      created_at: 1795486573,
    });
    await fault();
    console.log(
      `Created machine: ${name}\n  CPUs: ${values.cpus}, Memory: ${values.mem} MiB\n  Mounts: ${volumes.length}\n\nUse 'smolvm machine start --name ${name}' to start the machine\nThen use 'smolvm machine exec --name ${name} -- <command>' to run commands`,
    );
  },
  async start() {
    const machine = known();
    if (machine.state === "running" && alive(machine.pid))
      return console.log(`Machine '${name}' already running (PID: ${machine.pid})`);
    console.error(`Starting machine '${name}' with ${machine.mounts} mount(s)...`);
    await fault();
    const bad = machine.guestPaths.find((path) => path.includes(" "));
    if (bad)
      fail(
        "AGENT_ERROR",
        `agent operation failed: restore boot volume mounts: boot volume mount 'smolvm0' was not restored at '${bad}'`,
      );
    const guest = Bun.spawn(["sleep", "100000"], { detached: true, stdio: ["ignore", "ignore", "ignore"] });
    guest.unref();
    mkdirSync(`${state}/disks/${name}`, { recursive: true });
    writeFileSync(`${state}/disks/${name}/overlay`, "x".repeat(100_000));
    save({ ...machine, state: "running", pid: guest.pid });
    console.log(`Machine '${name}' running (PID: ${guest.pid})`);
  },
  async stop() {
    const machine = known();
    await fault();
    const { state } = shown(machine);
    if (state !== "running") return console.log(`Machine '${name}' is not running (state: ${state})`);
    if (machine.pid !== null) process.kill(machine.pid, "SIGKILL");
    save({ ...machine, state: "stopped", pid: null });
    console.log(`Stopping machine '${name}'...\nStopped machine: ${name}`);
  },
  async delete() {
    const machine = known();
    await fault();
    if (machine.pid !== null && alive(machine.pid)) process.kill(machine.pid, "SIGKILL");
    rmSync(file(name));
    console.log(`Cleaning up data directory for vm: ${name}\nDeleted machine: ${name}`);
  },
  async update() {
    known();
    await fault();
    console.log(`Updated machine '${name}':`);
  },
  "egress-events"() {
    known();
    console.log(existsSync(`${state}/denied`) ? readFileSync(`${state}/denied`, "utf8") : "[]");
  },
  "data-dir"() {
    console.log(`${state}/disks/${known().name}`);
  },
  async status() {
    await fault();
    const machine =
      read(name) ?? fail("CONFIG_ERROR", `config operation failed: machine status: machine '${name}' not found`);
    console.log(JSON.stringify(shown(machine), null, 2));
  },
  async ls() {
    await fault();
    const machines = readdirSync(`${state}/machines`).map((entry) =>
      shown(JSON.parse(readFileSync(`${state}/machines/${entry}`, "utf8"))),
    );
    console.log(JSON.stringify(machines, null, 2));
  },
  async exec() {
    const machine = known();
    if (machine.state !== "running" || !alive(machine.pid))
      fail(
        "SMOLVM_ERROR",
        `agent operation failed: connect: machine '${name}' is not running. Start it with 'smolvm machine start --name ${name}'; if a start is already in progress, retry once it finishes.`,
      );
    await fault();
    if (command.some((word) => word.includes("-print0")) && existsSync(`${state}/inside`))
      process.stdout.write(readFileSync(`${state}/inside`));
    // What the set-up says of the directories that are shared.
    if (values.user === undefined && command[2]?.includes("%d:%i"))
      for (const path of command.slice(17)) {
        const found = statSync(path, { bigint: true, throwIfNoEntry: false });
        process.stdout.write(found ? `${found.dev}:${found.ino} ${found.ctimeMs / 1000n}\n` : "-\n");
      }
    if (values.user === undefined || (machine.labels["claude-bottle.template"] && command[1] !== "-euc")) return 0;
    const env: Record<string, string> = {
      HOME: "/root",
      PATH: process.env.PATH ?? "",
      ...(values.tty && { TERM: "xterm-256color" }),
    };
    for (const pair of values.env ?? []) env[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
    for (const pair of values["secret-env"] ?? [])
      env[pair.split("=")[0] ?? ""] = process.env[pair.split("=")[1] ?? ""] ?? "";
    // A login shell would read the start-up files of whoever runs the tests, which may do anything, such as wait for a lock.
    if (command.some((word) => word.includes("exec bash -l"))) env.HOME = state;
    const options = { env, cwd: values.workdir ?? "/" };
    // The notes of sessions are in the guest's own /tmp, and its processes are those in the directories of this test.
    const own = `for one in /proc/[0-9]*; do case $(readlink "$one/cwd") in "${dirname(state)}"*) cat "$one/environ" ;; esac; done`;
    const words = command.map((word) =>
      word.replaceAll("/tmp/.claude-bottle-", `${state}/.claude-bottle-`).replace("cat /proc/[0-9]*/environ", own),
    );
    if (values.tty) return onTerminal(words, options);
    return Bun.spawn(words, {
      ...options,
      stdin: values.interactive ? "inherit" : "ignore",
      stdout: "inherit",
      stderr: "inherit",
    }).exited;
  },
};

const packs: typeof verbs = {
  async create() {
    const source = values["from-vm"] ?? "";
    if (read(source)?.state !== "stopped")
      fail("SMOLVM_ERROR", `agent operation failed: pack from VM: VM '${source}' not found`);
    await fault();
    writeFileSync(values.output ?? "", "");
    writeFileSync(`${values.output}.smolmachine`, JSON.stringify(read(source)));
    console.log(`Packed: ${values.output}`);
  },
  prune() {
    console.log("No cached entries to remove.");
  },
};

/** As smolvm does: raw mode outside, a terminal of its own inside that follows the outer one's size. */
async function onTerminal(words: string[], options: { env: Record<string, string>; cwd: string }): Promise<number> {
  const outer = () => windowSize(0) ?? { rows: 24, columns: 80 };
  const saved = Bun.spawnSync(["stty", "-g"], { stdin: "inherit" }).stdout.toString().trim();
  Bun.spawnSync(["stty", "raw", "-echo"], { stdin: "inherit" });
  const inner = Bun.spawn(words, {
    ...options,
    terminal: { cols: 80, rows: 24, data: (_, bytes) => void process.stdout.write(bytes) },
  });
  const follow = () => inner.terminal?.resize(outer().columns, outer().rows);
  if (!process.env.FAKE_SMOLVM_NO_WINCH) {
    process.on("SIGWINCH", follow);
    follow();
  }
  process.stdin.on("data", (bytes) => void inner.terminal?.write(bytes));
  const code = await inner.exited;
  Bun.spawnSync(["stty", saved], { stdin: "inherit" });
  return code;
}

process.exit((await (group === "pack" ? packs : verbs)[verb]?.()) ?? 0);
