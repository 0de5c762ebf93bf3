import { type FSWatcher, watch } from "node:fs";

/** Several files change with one change of a session. */
const settleMs = 300;
/** Claude Code makes its directories as it starts. */
const againMs = 1_000;
const attempts = 30;

/** Runs `tell` some moments after a change in one of the directories; one at a time. Returns what calls it off. */
export function watchRecords(
  directories: readonly string[],
  tell: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: Timer | undefined;
  let running: Bun.Subprocess | undefined;
  let isOver = false;

  const run = () => {
    timer = undefined;
    if (running) return changed();
    running = Bun.spawn([...tell], { stdio: ["ignore", "ignore", "ignore"], env, detached: true });
    running.unref();
    void running.exited.then(() => (running = undefined));
  };
  const changed = () => {
    if (isOver || timer) return;
    timer = setTimeout(run, settleMs);
    timer.unref();
  };
  const start = (attempt: number) => {
    for (const directory of directories.filter((one) => !watchers.has(one)))
      try {
        const watcher = watch(directory, changed);
        watcher.on("error", () => watcher.close());
        watcher.unref();
        watchers.set(directory, watcher);
        // What it was made for has been written by now.
        if (attempt > 1) changed();
      } catch {
        // It is not there so far.
      }
    if (watchers.size < directories.length && attempt < attempts && !isOver)
      setTimeout(start, againMs, attempt + 1).unref();
  };
  start(1);
  return () => {
    isOver = true;
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}
