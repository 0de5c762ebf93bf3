import { NotTar } from "../lib/tar.ts";
import { Channel } from "./channel.ts";
import type { Program, Run, RunOptions, System } from "./system.ts";

/** Runs both programs, connecting the first one's stdout to the second one's stdin. Throws what a `run` of either throws. */
export async function pipe(
  system: System,
  from: Program,
  to: Program,
  { stdin, ...options }: Pick<RunOptions, "stdin" | "signal" | "timeoutMs"> = {},
): Promise<{ readonly from: Run; readonly to: Run }> {
  const channel = new Channel();
  const reader = system
    .run(to.argv, { ...options, env: to.env, ending: to.ending, stdin: channel })
    // The writer then gets a broken pipe, as it would in a shell.
    .finally(() => channel.close());
  const writer = system
    .run(from.argv, {
      ...options,
      env: from.env,
      ending: from.ending,
      ...(stdin !== undefined && { stdin }),
      onBytes: (bytes) => channel.send(bytes),
    })
    .finally(() => channel.end());
  const [written, read] = await Promise.allSettled([writer, reader]);
  if (read.status === "rejected") throw read.reason;
  if (written.status === "rejected") throw written.reason;
  return { from: written.value, to: read.value };
}

/**
 * Runs a program whose stdout `read` consumes piece by piece; `read` may stop early. Throws what a `run` throws, or calls `failed` if the program
 * failed, or throws the error of `read`: in this order, because half a stream explains that error.
 */
export async function readFrom<T>(
  system: System,
  program: Program,
  options: Pick<RunOptions, "stdin" | "signal" | "timeoutMs"> & { readonly failed: (run: Run) => void },
  read: (stream: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const { failed, ...rest } = options;
  const channel = new Channel();
  const reader = read(channel).finally(() => channel.close());
  const writer = system
    .run(program.argv, { ...rest, env: program.env, ending: program.ending, onBytes: (bytes) => channel.send(bytes) })
    .finally(() => channel.end());
  const [value, run] = await Promise.allSettled([reader, writer]);
  if (run.status === "rejected") throw run.reason;
  if (value.status === "rejected" && !(value.reason instanceof NotTar && run.value.code !== 0)) throw value.reason;
  failed(run.value);
  if (value.status === "rejected") throw value.reason;
  return value.value;
}
