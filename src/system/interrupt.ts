import { Interrupted } from "../errors.ts";

const names = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** node:os is loaded here, because that takes half a millisecond. */
export const signalNumber = (name: NodeJS.Signals): number =>
  process.getBuiltinModule("node:os").constants.signals[name];

/** Runs `work` with a signal that fires on INT, TERM or HUP, which then end in status 128+n. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals) => controller.abort(new Interrupted(128 + signalNumber(name)));
  for (const name of names) process.on(name, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, abort);
  }
}
