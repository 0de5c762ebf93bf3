import { mkdirSync, renameSync, rmdirSync, statSync, utimesSync } from "node:fs";
import { codeOf } from "../lib/errno.ts";
import { cannot } from "./errors.ts";

type LockOptions = {
  /** A lock that its holder has not touched for this long is stale. */
  readonly staleMs: number;
  readonly waitMs: number;
};

/** A directory that we created. We recognise it by its time, which we set, because inodes are reused. */
type Held = { readonly path: string; touchedMs: number };

const touchEveryMs = 5000;
const retryMs = 100;

/**
 * Runs `work` while holding each path as a directory that we created, like the npm package proper-lockfile, which other programs use. Undefined if
 * another process holds it longer than `waitMs`.
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

/** Another waiting process may have removed it and hold a new one, so only the directory that was seen to be stale is removed. */
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
    // Another process took it as stale, for example after the machine slept. The work in progress ends soon.
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
