import { mkdirSync, readlinkSync, writeFileSync } from "node:fs";
import { codeOf } from "../lib/errno.ts";
import { cannot } from "./errors.ts";
import { noteOther } from "./inputs.ts";

// One entry of a directory that a bottle may write to; no link in its place is followed.

/** Creates a new file without following a link. False if something exists there. */
export function createFile(path: string, content = ""): boolean {
  try {
    writeFileSync(path, content, { flag: "wx" });
    return true;
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false;
    throw cannot("write", path, cause);
  }
}

/** The target of a link; empty for anything else. */
export function linkTarget(path: string): string {
  noteOther();
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** With the rights that other programs would give it. */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (cause) {
    if (codeOf(cause) !== "EEXIST") throw cannot("make", path, cause);
  }
}
