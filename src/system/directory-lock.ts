import { mkdirSync, renameSync, rmdirSync, statSync, utimesSync } from "node:fs";
import { codeOf } from "../lib/errno.ts";
import { cannot } from "./errors.ts";

type LockOptions = {
  /** A holder that has not touched its lock for so long is gone. */
  readonly staleMs: number;
  readonly waitMs: number;
};

/** A directory that we have made. Its time, which we set, says that it is still ours: inodes are used again. */
type Held = { readonly path: string; touchedMs: number };

const touchEveryMs = 5000;
const retryMs = 100;

/**
 * Runs `work` while it holds each path as a directory that it has made: the way of the npm package proper-lockfile, by which
 * other programs can be waited for. Undefined when another one holds it for longer than `waitMs`.
 */
export async function withDirectoryLock<T>(
  paths: readonly string[],
  options: LockOptions,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  const deadline = Date.now() + options.waitMs;
  const held: Held[] = [];
  const touch = setInterval(() => held.forEach(refresh), touchEveryMs);
  try {
    for (const path of paths) {
      for (;;) {
        const lock = take(path, options.staleMs);
        if (lock) {
          held.push(lock);
          break;
        }
        if (Date.now() > deadline) return undefined;
        await Bun.sleep(retryMs);
      }
    }
    return { value: await work() };
  } finally {
    clearInterval(touch);
    for (const lock of held.reverse()) release(lock);
  }
}

function take(path: string, staleMs: number): Held | undefined {
  try {
    mkdirSync(path);
    return { path, touchedMs: touchedAt(path) ?? 0 };
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST") throw cannot("lock", path, cause);
  }
  const touchedMs = touchedAt(path);
  if (touchedMs !== undefined && Date.now() - touchedMs > staleMs) removeStale(path, touchedMs);
  return undefined;
}

const touchedAt = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/** Another one that waits may have removed it, and hold a new one by now: only what was seen to be stale is removed. */
function removeStale(path: string, touchedMs: number): void {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
    if (touchedAt(aside) === touchedMs) rmdirSync(aside);
    else renameSync(aside, path);
  } catch {
    return;
  }
}

function refresh(lock: Held): void {
  if (touchedAt(lock.path) !== lock.touchedMs) return;
  try {
    utimesSync(lock.path, new Date(), new Date());
    lock.touchedMs = touchedAt(lock.path) ?? 0;
  } catch {
    // It was taken for stale, as after a long sleep of the machine. What is under way ends soon.
    return;
  }
}

function release({ path, touchedMs }: Held): void {
  if (touchedAt(path) !== touchedMs) return;
  try {
    rmdirSync(path);
  } catch {
    return;
  }
}
