import { type FSWatcher, watch } from "node:fs";
import { backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { isAlive } from "../system/process.ts";
import { stateDirectory, type System } from "../system/system.ts";
import { listSessions, type Session } from "./sessions.ts";

/** One change of a session touches several files. */
const settleMs = 40;
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
    for (let listedAt = 0, live: readonly Session[] = []; !signal.aborted;) {
      const hasDied = live.some(({ process, agent }) => [process, agent].some((one) => one && !isAlive(one)));
      if (wake.isDue() || hasDied || system.now() - listedAt >= fullMs) {
        wake.clear();
        listedAt = system.now();
        const sessions = await listSessions(system, ledger, {
          poll: true,
          ...(endedSince && { endedSince: endedSince() }),
        });
        live = sessions.filter(({ state }) => state !== "ended");
        const text = JSON.stringify(sessions);
        if (text !== shown) onSessions(sessions);
        shown = text;
        await follow(system, ledger, watchers, wake.call);
      }
      await wake.sleep();
    }
  } finally {
    for (const watcher of watchers.values()) watcher.close();
  }
}

/** Watches the files that show a change, if they exist yet. */
async function follow(
  system: System,
  ledger: Ledger,
  watchers: Map<string, FSWatcher>,
  call: () => void,
): Promise<void> {
  for (const directory of [stateDirectory(system.env), ...(await recordDirectories(system, ledger))]) {
    if (watchers.has(directory)) continue;
    try {
      const watcher = watch(directory, call);
      watcher.on("error", () => watchers.delete(directory));
      watchers.set(directory, watcher);
    } catch {
      // It does not exist; the next full look tries again.
    }
  }
}

async function recordDirectories(system: System, ledger: Ledger): Promise<string[]> {
  const found = await Promise.all(
    ledger.bottles().map(async ({ plan }) => {
      try {
        return (await backendOf(system, plan.backend)).claudeDirectory?.(plan);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return undefined;
      }
    }),
  );
  return found.flatMap((directory) =>
    directory === undefined ? [] : [`${directory}/sessions`, `${directory}/claude-bottle/turns`],
  );
}

function waker(signal: AbortSignal) {
  let isCalled = true;
  let rouse: () => void = () => {};
  signal.addEventListener("abort", () => rouse(), { once: true });
  const call = () => {
    if (isCalled) return;
    isCalled = true;
    setTimeout(() => rouse(), settleMs);
  };
  return {
    call,
    isDue: () => isCalled,
    clear: () => void (isCalled = false),
    sleep: () =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, tickMs);
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}
