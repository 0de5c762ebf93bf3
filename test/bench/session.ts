import { existsSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { childrenOf, until } from "../support/tool.ts";
import { median } from "./pairs.ts";
import { mib, row, type Row } from "./row.ts";
import { homeWithStub } from "./stub.ts";

const sessions = 5;
const outputMiB = 10;
/** Longer than what pty-resize does by itself after its start. */
const settledMs = 700;

type Seen = { ours: number; idle: number; bytes: number };

/** What the process that holds a session costs (`run` itself, which becomes pty-resize), and what of its bytes it touches. */
export async function heldSession({ program, idle }: { program: string; idle: string }): Promise<Row[]> {
  if (process.platform !== "linux")
    return [
      row({
        what: "memory and bytes of a session",
        ours: "-",
        against: "needs Linux's /proc",
        value: undefined,
        unit: "x",
      }),
    ];
  const seen: Seen[] = [];
  for (let session = 0; session < sessions; session += 1) seen.push(await hold(program, idle));
  const of = (pick: (sample: Seen) => number) => median(seen.map(pick));
  return [
    row({
      what: "resident: `run`, while its session runs",
      ours: mib(of((sample) => sample.ours)),
      against: `empty idle Bun binary ${mib(of((sample) => sample.idle))}`,
      value: of(({ ours, idle }) => ours / idle),
      unit: "x",
      bound: 1.3,
    }),
    row({
      what: "session bytes that pass through us",
      ours: `of ${outputMiB} MiB of output`,
      against: "-",
      value: of((sample) => sample.bytes),
      unit: " bytes",
      bound: 0,
    }),
  ];
}

async function hold(program: string, idle: string): Promise<Seen> {
  using home = await homeWithStub(program);
  const flag = (name: string) => `${home.directory}/${name}`;
  const wait = (name: string) => `touch '${flag(name)}-ready'; until [ -e '${flag(name)}' ]; do sleep 0.02; done`;
  home.program("agent", `${wait("print")}; head -c ${outputMiB << 20} /dev/zero | tr '\\0' x; ${wait("end")}`);
  home.settings(`bottle.backend = "smolvm"\n[agents.claude]\ncommand = "${home.bin}/agent"\n`);

  const start = (argv: string[]) =>
    Bun.spawn(argv, { cwd: home.project, env: home.env, terminal: { cols: 100, rows: 30, data() {} } });
  const run = start([program, "run"]);
  const empty = start([idle]);
  try {
    await until(
      () => existsSync(flag("print-ready")),
      () => "the agent has started",
    );
    await Bun.sleep(settledMs);
    const own = [run.pid, ...childrenOf(run.pid).filter((pid) => readlinkSync(`/proc/${pid}/exe`) === program)];
    const memory = { ours: sum(own, residentKiB), idle: residentKiB(empty.pid) };
    const before = sum(own, movedBy);
    writeFileSync(flag("print"), "");
    await until(
      () => existsSync(flag("end-ready")),
      () => "the agent has printed",
    );
    const bytes = sum(own, movedBy) - before;
    writeFileSync(flag("end"), "");
    if ((await run.exited) !== 0) throw new Error("the session failed");
    return { ...memory, bytes };
  } finally {
    for (const child of [run, empty]) {
      child.kill("SIGKILL");
      await child.exited;
      child.terminal?.close();
    }
  }
}

const sum = (pids: readonly number[], of: (pid: number) => number) => pids.reduce((total, pid) => total + of(pid), 0);

const residentKiB = (pid: number): number =>
  Number(/^Rss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]);

/** All bytes that the process has read and written, by any system call. */
function movedBy(pid: number): number {
  const text = readFileSync(`/proc/${pid}/io`, "utf8");
  return ["rchar", "wchar"].reduce(
    (total, name) => total + Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1]),
    0,
  );
}
