import { readlinkSync, writeFileSync } from "node:fs";
import { codeOf } from "../lib/errno.ts";
import { cannot } from "./errors.ts";
import { noteOther } from "./inputs.ts";

// One entry of a directory that a bottle may write to; no link in its place is followed.

/** Creates a file that was not there, behind no link. False if something is there. */
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
