import { Database } from "bun:sqlite";
import { privateFolder } from "./files.ts";
import { stateFolder, type System } from "./system.ts";

const retryMs = 50;

/**
 * Holds the bottle or template of that name against every other process of ours while `work` runs. SQLite's own file lock, which
 * the kernel takes back when the process dies in whatever way.
 */
export async function withLock<T>(
  system: System,
  name: string,
  options: { signal: AbortSignal; onWait: () => void },
  work: () => Promise<T>,
): Promise<T> {
  const db = new Database(`${privateFolder(`${stateFolder(system.env)}/locks`)}/${name}.db`, { create: true });
  let waited = false;
  try {
    for (;;) {
      options.signal.throwIfAborted();
      try {
        db.run("begin exclusive");
        break;
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "SQLITE_BUSY")) throw error;
        if (!waited) options.onWait();
        waited = true;
        await Bun.sleep(retryMs);
      }
    }
    return await work();
  } finally {
    db.close();
  }
}
