import { readdirSync, statSync } from "node:fs";

/** Looking costs 50 µs, and no memory; fs.watch of Bun 1.4.5 would cost each session 3 MB. */
const lookMs = 1_000;
/** More files than that are none of Claude Code's. */
const mostFiles = 256;

/** Runs `tell` within a second of a change of the records in one of the directories; one at a time. Returns what calls it off. */
export function watchRecords(
  directories: readonly string[],
  tell: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): () => void {
  let known = "";
  let running: Bun.Subprocess | undefined;
  const look = () => {
    if (running) return;
    const found = directories.map(stampOf).join("\n");
    if (found === known) return;
    known = found;
    running = Bun.spawn([...tell], { stdio: ["ignore", "ignore", "ignore"], env, detached: true });
    running.unref();
    void running.exited.then(() => (running = undefined));
  };
  const timer = setInterval(look, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** What is another text after a change; empty where there is no such directory so far. */
function stampOf(directory: string): string {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(".json"))
      .slice(0, mostFiles)
      .map((name) => `${name} ${statSync(`${directory}/${name}`, { throwIfNoEntry: false })?.mtimeMs}`)
      .join("\n");
  } catch {
    return "";
  }
}
