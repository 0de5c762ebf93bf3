import { appendFileSync, readFileSync, statSync } from "node:fs";
import { writePrivate } from "../system/files.ts";

export type Denial = { readonly at: string; readonly target: string };

const fileIn = (directory: string) => `${directory}/denied.log`;
/** A longer file is cut in half, so that a program that asks in a loop cannot fill the disk. */
const longest = 256 * 1024;

export function noteDenial(directory: string, target: string): void {
  const file = fileIn(directory);
  appendFileSync(file, `${new Date().toISOString()} ${target}\n`, { mode: 0o600 });
  if (statSync(file).size <= longest) return;
  const text = readFileSync(file, "utf8");
  writePrivate(file, text.slice(text.indexOf("\n", text.length / 2) + 1));
}

/** The denied requests, oldest first. */
export function readDenials(directory: string): Denial[] {
  let text: string;
  try {
    text = readFileSync(fileIn(directory), "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [at, target] = line.split(" ");
    return at === undefined || target === undefined ? [] : [{ at, target }];
  });
}
