import { Ending, splitEnding } from "../lib/ending.ts";
import { printedTooMuch } from "./errors.ts";
import { Output } from "./output.ts";
import { signalGroup } from "./process.ts";
import type { Run, RunOptions } from "./system.ts";

type Child = Bun.Subprocess<"pipe" | "ignore">;

const usualEnd = { name: "SIGTERM", graceMs: 5000 } as const;
/** For each output. A list of everything in an engine or a project is far smaller. */
const usualBytes = 16 * 1024 * 1024;

/** Runs a program that `spawn` starts in its own process group, and reads its output. */
export async function capture(
  program: string,
  options: RunOptions,
  spawn: (streams: { stdin: "pipe" | "ignore" }) => Child,
): Promise<Run> {
  const { signal, stdin, onOutput, onBytes, maxBytes = usualBytes, ending: mark } = options;
  signal?.throwIfAborted();
  const child = spawn({ stdin: stdin === undefined ? "ignore" : "pipe" });
  const ending = endOn(child, options);
  // Output that will be parsed must be complete; output that a caller reads as it comes need not be.
  let isTooMuch = false;
  const count = (limit: number) => {
    let bytes = 0;
    return ({ length }: Uint8Array) => {
      bytes += length;
      if (bytes <= limit) return;
      isTooMuch = true;
      ending.end();
      return false;
    };
  };
  const tell = (onOutput: (text: string) => void) => {
    const decoder = new TextDecoder();
    return (bytes: Uint8Array) => onOutput(decoder.decode(bytes, { stream: true }));
  };
  const shown = () => onOutput && tell(onOutput);
  const shownBeforeEnding = () => {
    const show = shown();
    const ending = mark === undefined ? undefined : new Ending(mark);
    return show && ((bytes: Uint8Array) => show(ending ? ending.take(bytes) : bytes));
  };
  const stdout = new Output(child.stdout, {
    maxBytes: onBytes ? 0 : maxBytes,
    onBytes: onBytes ?? shown() ?? count(maxBytes),
  });
  const stderr = new Output(child.stderr, { maxBytes, onBytes: shownBeforeEnding() });
  let failure: unknown;
  void feed(child, stdin, ending.end).then((error) => (failure = error));
  const code = await child.exited;
  await ending.isOver();
  const [out, err] = await Promise.all([stdout.finish(), stderr.finish()]);
  signal?.throwIfAborted();
  if (failure !== undefined) throw failure;
  if (isTooMuch) throw printedTooMuch(program, maxBytes);
  const endedBy = (child.signalCode as NodeJS.Signals | null) ?? undefined;
  const whole = { code, signal: endedBy, timedOut: ending.timedOut(), stdout: out.text, stderr: err.text };
  if (mark === undefined) return whole;
  const { text, status } = splitEnding(err.text, mark);
  // A client that lost its connection may return 0.
  return { ...whole, stderr: text, code: status ?? (code || 1) };
}

/** Writes as fast as the program reads. A program may stop reading. Resolves to the error of the source, if any. */
async function feed(child: Child, stdin: RunOptions["stdin"], onFailure: () => void): Promise<unknown> {
  const sink = child.stdin;
  if (!sink || stdin === undefined) return undefined;
  const pieces = typeof stdin === "string" || stdin instanceof Uint8Array ? [Buffer.from(stdin)] : stdin;
  let failure: unknown;
  try {
    for await (const piece of pieces) if (!(await written(sink, piece))) break;
  } catch (error) {
    failure = error;
    onFailure();
  }
  await Promise.resolve(sink.end()).catch(() => undefined);
  return failure;
}

async function written(sink: Bun.FileSink, piece: Uint8Array): Promise<boolean> {
  try {
    await sink.write(piece);
    await sink.flush();
    return true;
  } catch {
    return false;
  }
}

/** On abort or timeout, sends the child's whole process group TERM, and after the grace period KILL. */
function endOn(child: Bun.Subprocess, { signal, endBy = usualEnd, timeoutMs }: RunOptions) {
  let isTimedOut = false;
  let ending: Promise<void> | undefined;
  const end = () => void (ending ??= endGroup(child.pid, endBy));
  const late = () => {
    isTimedOut = true;
    end();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
  signal?.addEventListener("abort", end, { once: true });
  void child.exited.then(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  });
  return { end, timedOut: () => isTimedOut, isOver: async () => await ending };
}

async function endGroup(leader: number, { name, graceMs }: NonNullable<RunOptions["endBy"]>): Promise<void> {
  signalGroup(leader, name);
  for (const limit = performance.now() + graceMs; performance.now() < limit; await Bun.sleep(10))
    if (!signalGroup(leader, 0)) return;
  signalGroup(leader, "SIGKILL");
}
