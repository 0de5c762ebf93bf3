import { constants } from "node:os";
import { UserError } from "../errors.ts";

const signalNumbers: Readonly<Record<string, number>> = constants.signals;

/** Runs `work` with a signal that fires on INT, TERM or HUP; afterwards those end in 128+n. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals) =>
    controller.abort(new UserError("interrupted", { exitCode: 128 + (signalNumbers[name] ?? 0) }));
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, abort);
  }
}
