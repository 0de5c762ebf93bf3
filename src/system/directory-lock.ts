import { mkdirSync, rmdirSync, statSync, utimesSync } from "node:fs";

type LockOptions = {
  /** A holder that has not touched its lock for so long is gone. */
  readonly staleMs: number;
  readonly waitMs: number;
};

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
  const held: string[] = [];
  const touch = setInterval(() => held.forEach(refresh), touchEveryMs);
  try {
    for (const path of paths) {
      while (!take(path, options.staleMs)) {
        if (Date.now() > deadline) return undefined;
        await Bun.sleep(retryMs);
      }
      held.push(path);
    }
    return { value: await work() };
  } finally {
    clearInterval(touch);
    for (const path of held.reverse()) release(path);
  }
}

function take(path: string, staleMs: number): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (touched !== undefined && Date.now() - touched > staleMs) release(path);
  return false;
}

function refresh(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Taken away by somebody who held us for gone; what is under way ends soon.
    return;
  }
}

function release(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    return;
  }
}
