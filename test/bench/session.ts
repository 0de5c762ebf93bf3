import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { until } from "../support/tool.ts";
import { median } from "./pairs.ts";
import { mib, row, type Row } from "./row.ts";
import { homeWithStub } from "./stub.ts";

const sessions = 5;
const outputMiB = 10;
/** Longer than what pty-resize does by itself after its start. */
const settledMs = 700;

type Seen = { run: number; ptyResize: number; both: number; idle: number; bothIdle: number; bytes: number };

/** What the two processes that hold a session cost, and what of its bytes they touch. */
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
  const empty = `empty idle Bun binary ${mib(of((sample) => sample.idle))}`;
  return [
    row({
      what: "resident: `run`, while its session runs",
      ours: mib(of((sample) => sample.run)),
      against: empty,
      value: of(({ run, idle }) => run / idle),
      unit: "x",
      bound: 1.3,
    }),
    row({
      what: "resident: `pty-resize`",
      ours: mib(of((sample) => sample.ptyResize)),
      against: empty,
      value: of(({ ptyResize, idle }) => ptyResize / idle),
      unit: "x",
      bound: 1.3,
    }),
    row({
      what: "both, shared pages counted once (Pss)",
      ours: mib(of((sample) => sample.both)),
      against: `two idle ones ${mib(of((sample) => sample.bothIdle))}`,
      value: of(({ both, bothIdle }) => both / bothIdle),
      unit: "x",
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
  const flag = (name: string) => `${home.folder}/${name}`;
  const wait = (name: string) => `touch '${flag(name)}-ready'; until [ -e '${flag(name)}' ]; do sleep 0.02; done`;
  home.program("agent", `${wait("print")}; head -c ${outputMiB << 20} /dev/zero | tr '\\0' x; ${wait("end")}`);
  home.manifest(`[bottle]\nimage = "/images/claude"\n[agents.claude]\ncommand = "${home.bin}/agent"\n`);

  const start = (argv: string[]) =>
    Bun.spawn(argv, { cwd: home.project, env: home.env, terminal: { cols: 100, rows: 30, data() {} } });
  const run = start([program, "run"]);
  const empties = [start([idle]), start([idle])];
  try {
    await until(
      () => existsSync(flag("print-ready")),
      () => "the agent has started",
    );
    const ptyResize = await until(
      () => childrenOf(run.pid).find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0pty-resize\0")),
      () => "pty-resize",
    );
    await Bun.sleep(settledMs);
    const own = [run.pid, ptyResize];
    const others = empties.map(({ pid }) => pid);
    const memory = {
      run: memoryOf(run.pid).rss,
      ptyResize: memoryOf(ptyResize).rss,
      both: sum(own, (pid) => memoryOf(pid).pss),
    };
    const empty = {
      idle: sum(others, (pid) => memoryOf(pid).rss) / 2,
      bothIdle: sum(others, (pid) => memoryOf(pid).pss),
    };
    const before = sum(own, movedBy);
    writeFileSync(flag("print"), "");
    await until(
      () => existsSync(flag("end-ready")),
      () => "the agent has printed",
    );
    const bytes = sum(own, movedBy) - before;
    writeFileSync(flag("end"), "");
    if ((await run.exited) !== 0) throw new Error("the session failed");
    return { ...memory, ...empty, bytes };
  } finally {
    for (const child of [run, ...empties]) {
      child.kill("SIGKILL");
      await child.exited;
      child.terminal?.close();
    }
  }
}

const sum = (pids: readonly number[], of: (pid: number) => number) => pids.reduce((total, pid) => total + of(pid), 0);
const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

/** In KiB. */
function memoryOf(pid: number): { rss: number; pss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text)?.[1]);
  return { rss: field("Rss"), pss: field("Pss") };
}

/** All bytes that the process has read and written, by any system call. */
function movedBy(pid: number): number {
  const text = readFileSync(`/proc/${pid}/io`, "utf8");
  return ["rchar", "wchar"].reduce(
    (total, name) => total + Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1]),
    0,
  );
}
