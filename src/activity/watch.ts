import { type FSWatcher, watch } from "node:fs";
import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { isAlive } from "../system/process.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { inOrder, listSessions, type Session } from "./sessions.ts";

/** One change of a session touches several files. */
const settleMs = 40;
/** The shortest time between two reads of a guest that writes all the time. */
const busyMs = 200;
/** A killed process writes nothing, so the process table is read this often. */
const tickMs = 500;
/** How often everything is read again, for what no file on this host shows: bottles that need a command, and new ones. */
const fullMs = 5_000;

/**
 * Calls `onSessions` with all sessions at once and after each change, until `signal` fires. When idle it checks the process of each session twice a
 * second.
 */
export async function watchSessions(
  system: System,
  { signal, endedSince }: { readonly signal: AbortSignal; readonly endedSince?: () => number },
  onSessions: (sessions: readonly Session[]) => void,
): Promise<void> {
  using ledger = new Ledger(system);
  const watchers = new Map<string, FSWatcher>();
  const wake = waker(signal);
  let shown = "";
  try {
    for (let listedAt = 0, all: readonly Session[] = []; !signal.aborted;) {
      const hasDied = all.some((one) => one.state !== "ended" && [one.process, one.agent].some((process) => process && !isAlive(process)));
      const changed = wake.changed();
      const isFull = hasDied || changed === "all" || system.now() - listedAt >= fullMs;
      if (isFull || changed.size > 0) {
        wake.clear();
        const options = { poll: true, ...(endedSince && { endedSince: endedSince() }) };
        if (isFull) {
          listedAt = system.now();
          all = await listSessions(system, ledger, options);
          await follow(system, ledger, watchers, wake.call);
        } else
          for (const bottle of changed) {
            const own = await listSessions(system, ledger, { ...options, bottle });
            all = inOrder([...all.filter((session) => session.bottle !== bottle), ...own]);
          }
        const text = JSON.stringify(all);
        if (text !== shown) onSessions(all);
        shown = text;
      }
      await wake.sleep();
    }
  } finally {
    for (const watcher of watchers.values()) watcher.close();
  }
} // prettier-ignore

/** Watches the files that show a change, if they exist yet. */
async function follow(
  system: System,
  ledger: Ledger,
  watchers: Map<string, FSWatcher>,
  call: (changed: string | "all") => void,
): Promise<void> {
  const wanted = new Map([[stateDirectory(system.env), "all"], ...(await recordDirectories(system, ledger))]);
  for (const [directory, watcher] of watchers) {
    if (wanted.has(directory)) continue;
    watcher.close();
    watchers.delete(directory);
  }
  for (const [directory, changed] of wanted) {
    if (watchers.has(directory)) continue;
    try {
      const watcher = watch(directory, () => call(changed));
      watcher.on("error", () => watchers.delete(directory));
      watchers.set(directory, watcher);
    } catch {
      // It does not exist; the next full look tries again.
    }
  }
}

/** The bottle of each directory. */
async function recordDirectories(system: System, ledger: Ledger): Promise<[directory: string, bottle: string][]> {
  const found = await Promise.all(
    ledger.bottles().map(async ({ plan }) => {
      try {
        return [(await backendOf(system, plan.backend)).claudeDirectory?.(plan), plan.name] as const;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return [undefined, plan.name] as const;
      }
    }),
  );
  return found.flatMap(([directory, bottle]): [string, string][] =>
    directory === undefined
      ? []
      : [
          [`${directory}/sessions`, bottle],
          [`${directory}/claude-bottle/turns`, bottle],
        ],
  );
}

function waker(signal: AbortSignal) {
  let [isAll, isCalled, isDue, clearedAt] = [true, false, false, 0];
  const bottles = new Set<string>();
  let rouse: () => void = () => {};
  signal.addEventListener("abort", () => rouse(), { once: true });
  return {
    /** What has changed: "all", or the records of a bottle. */
    call(changed: string) {
      if (changed === "all") isAll = true;
      else bottles.add(changed);
      if (isCalled) return;
      isCalled = true;
      setTimeout(
        () => {
          isDue = true;
          rouse();
        },
        Math.max(settleMs, clearedAt + busyMs - performance.now()),
      );
    },
    changed: (): "all" | ReadonlySet<string> => (isAll ? "all" : new Set(bottles)),
    clear() {
      [isAll, isCalled, isDue, clearedAt] = [false, false, false, performance.now()];
      bottles.clear();
    },
    sleep: () =>
      new Promise<void>((resolve) => {
        // Something changed during the last read.
        if (isDue) return resolve();
        const timer = setTimeout(resolve, tickMs);
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
