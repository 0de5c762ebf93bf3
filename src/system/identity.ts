import { closeSync, fstatSync } from "node:fs";
import { openDirectory } from "./at.ts";

export type DirectoryIdentity = { readonly id: string; readonly changedAt: string };

/** Which directory a real path leads to; undefined where a link has come into it, or where there is no directory. */
export function directoryIdentity(path: string): DirectoryIdentity | undefined {
  let file: number | undefined;
  try {
    file = openDirectory(undefined, Buffer.from(path).toString("latin1"));
    const { dev, ino, ctimeNs } = fstatSync(file, { bigint: true });
    return { id: `${dev}:${ino}`, changedAt: String(ctimeNs / 1_000_000_000n) };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
