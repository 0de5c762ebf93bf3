import { readdirSync, readFileSync } from "node:fs";
import { until } from "../support/tool.ts";
import type { Stub } from "./smolvm.ts";

/** `bound`: of the ratio to `theirs`. `limit`: of the figure itself. */
export type Row = { what: string; ours: number; theirs?: number; unit: string; bound?: number; limit?: number };

export type Command = { argv: string[]; env: Record<string, string>; cwd: string };

/** Medians of both, sampled in turns after three rounds that do not count. */
export async function pairedMs(
  samples: number,
  ours: Command,
  theirs: Command,
): Promise<{ ours: number; theirs: number }> {
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = -3; round < samples; round += 1) {
    for (const [name, command] of [
      ["ours", ours],
      ["theirs", theirs],
    ] as const) {
      const ms = await timed(command);
      if (round >= 0) times[name].push(ms);
    }
  }
  return { ours: median(times.ours), theirs: median(times.theirs) };
}

async function timed({ argv, env, cwd }: Command): Promise<number> {
  const before = performance.now();
  const code = await Bun.spawn(argv, { env, cwd, stdin: "ignore", stdout: "ignore", stderr: "ignore" }).exited;
  const ms = performance.now() - before;
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
  return ms;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** How often the stub was called by one command. */
export async function callCounts(stub: Stub, argv: string[]): Promise<number> {
  const before = stub.calls();
  await timed({ argv, env: stub.env, cwd: stub.project });
  return stub.calls() - before;
}

/** Of the two processes that hold a session on a terminal, and of an empty program that idles; with the bytes that those two read or wrote while 10 MiB went by. */
export async function residentMiB({
  session,
  idle,
  env,
  cwd,
}: {
  session: string[];
  idle: string[];
  env: Record<string, string>;
  cwd: string;
}) {
  const go = `${cwd}/go`;
  const output = [
    ...session.slice(0, session.indexOf("--") + 1),
    "sh",
    "-c",
    `until [ -e '${go}' ]; do sleep 0.05; done; head -c 10485760 /dev/zero; echo all; sleep 1000`,
  ];
  let received = 0;
  const shown = Bun.spawn(output, {
    env,
    cwd,
    terminal: { cols: 80, rows: 24, data: (_, bytes) => void (received += bytes.length) },
  });
  const empty = Bun.spawn(idle, { env, cwd, stdout: "pipe" });
  try {
    const wrapper = await until(() => children(shown.pid).find((pid) => cmdline(pid).includes("pty-resize")));
    await until(() => children(wrapper).length > 0);
    await empty.stdout.getReader().read();
    const throughUs = () => transferred(shown.pid) + transferred(wrapper);
    // Both have come to rest when nothing more passes through them.
    let before = -1;
    while (before !== throughUs()) {
      before = throughUs();
      await Bun.sleep(500);
    }
    await Bun.write(go, "");
    await until(
      () => received >= 10485760,
      () => `${received} bytes`,
    );
    return { run: rss(shown.pid), wrapper: rss(wrapper), idle: rss(empty.pid), bytesThroughUs: throughUs() - before };
  } finally {
    empty.kill("SIGKILL");
    shown.kill("SIGTERM");
    await shown.exited;
  }
}

const children = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
const cmdline = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, "utf8");
const field = (text: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
const rss = (pid: number): number => field(readFileSync(`/proc/${pid}/status`, "utf8"), "VmRSS") / 1024;
const transferred = (pid: number): number => {
  const io = readFileSync(`/proc/${pid}/io`, "utf8");
  return field(io, "rchar") + field(io, "wchar");
};
