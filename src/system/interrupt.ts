import { Interrupted } from "../errors.ts";

const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Runs `work` with a signal that fires on INT, TERM or HUP; afterwards those end in 128+n. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals) =>
    controller.abort(new Interrupted(128 + (numbers[name as keyof typeof numbers] ?? 0)));
  const names = Object.keys(numbers) as (keyof typeof numbers)[];
  for (const name of names) process.on(name, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, abort);
  }
}
