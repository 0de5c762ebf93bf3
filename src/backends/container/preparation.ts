import type { BottlePlan } from "../../plan/plan.ts";
import { removeFile } from "../../system/files.ts";
import { readHostile } from "../../system/hostile.ts";
import { identify } from "../../system/process.ts";

// Each start runs a command in the bottle that prepares it. In a new bottle, the container's first process runs that command and writes its output
// to a file that the bottle shares with this machine. A separate exec would take a third of the time of a start.

const file = "claude-bottle/prepared";
const longest = 64 * 1024;
const everyMs = 2;
const limitMs = 10_000;

/** Where the first process writes its output, below the directory of Claude's records. */
export const preparedIn = (directory: string): string => `${directory}/${file}`;

/**
 * The output of the first process; undefined if it failed or ended early. `pid`: that process, unless the engine's virtual machine hides it.
 */
export async function takePrepared(
  { records }: BottlePlan,
  { pid, signal }: { readonly pid: number | undefined; readonly signal: AbortSignal | undefined },
): Promise<string | undefined> {
  if (records === undefined) return undefined;
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += everyMs) {
    const isOver = pid !== undefined && identify(pid) === undefined;
    const prepared = readHostile(records, file, longest);
    if (prepared) removeFile(preparedIn(records));
    if (prepared || isOver) return prepared?.text || undefined;
    signal?.throwIfAborted();
    await Bun.sleep(everyMs);
  }
  return undefined;
}
