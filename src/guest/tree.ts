import { stateOf, type Tree } from "../lib/tree-state.ts";
import { withoutComments } from "./script.ts";
import treeScript from "./tree.sh" with { type: "text" };

export type Verb = "list" | "list named" | "pack" | "unpack" | "remove";

/** What the script does with the files below a directory. `namesInput` on stdin selects them if not all are meant. */
export const treeArgv = (verb: Verb, directory: string): string[] => {
  const [word = verb, ...options] = verb.split(" ");
  return ["/bin/sh", "-c", withoutComments(treeScript), "sh", word, directory, ...options];
};

export const namesInput = (names: readonly string[]): Uint8Array =>
  Buffer.from(names.map((name) => `.//./${name}\0`).join(""), "latin1");

const line = /^([0-9a-f]+) (\d+) ([-0-9:. +]+) \.\/\/\.\/([^]+)$/;

/** Parses the answer of `list`; undefined if part of it is missing. */
export function parseTree(base64: string): Tree | undefined {
  const text = Buffer.from(base64, "base64").toString("latin1");
  if (!/(^|\n)end\n$/.test(text)) return undefined;
  const tree = new Map<string, string>();
  // A name may contain a newline, but not one followed by this.
  for (const record of text.slice(0, -"end\n".length).split(/\n(?=[0-9a-f]+ \d+ [-0-9:. +]+ \.\/\/\.\/)/)) {
    const [, mode = "", size = "", changed = "", name] = line.exec(record.replace(/\n$/, "")) ?? [];
    if (name !== undefined && !isOutside(name))
      tree.set(name, stateOf(Number.parseInt(mode, 16), BigInt(size), changed));
  }
  return tree;
}

/** The guest may send any name. */
const isOutside = (name: string) =>
  name.includes("\0") || name.split("/").some((part) => part === "" || part === "." || part === "..");
