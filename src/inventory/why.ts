import { shortDuration } from "../lib/duration.ts";
import { exists } from "../system/files.ts";
import type { Bottle } from "./inventory.ts";

/** Why the bottle is there, or what would make it one for `gc`. */
export function whyKept({ sessions, state, directory, madeAt, lastUsedAt }: Omit<Bottle, "why">, now: number): string {
  if (sessions.length > 0) return `${sessions.length} session${sessions.length === 1 ? "" : "s"}`;
  if (state === "missing") return "its machine is gone";
  if (!exists(directory)) return "its directory is gone";
  if (madeAt === undefined) return "not in the ledger";
  return lastUsedAt === undefined ? "never used" : `used ${shortDuration(now - lastUsedAt)} ago`;
}
