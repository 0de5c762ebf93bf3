import { stateOf, type Tree } from "../lib/tree-state.ts";
import { withoutComments } from "./script.ts";
import treeScript from "./tree.sh" with { type: "text" };

export type Verb = "list" | "list named" | "pack" | "unpack" | "remove";

/** What the script does with the things below a directory; which ones, comes by `namesInput` on stdin where not all are meant. */
export const treeArgv = (verb: Verb, directory: string): string[] => {
  const [word = verb, ...options] = verb.split(" ");
  return ["/bin/sh", "-c", withoutComments(treeScript), "sh", word, directory, ...options];
};

export const namesInput = (names: readonly string[]): Uint8Array =>
  Buffer.from(names.map((name) => `.//./${name}\0`).join(""), "latin1");

const line = /^([0-9a-f]+) (\d+) ([-0-9:. +]+) \.\/\/\.\/([^]+)$/;

/** The answer of `list`; undefined where a part of it is missing. */
export function parseTree(base64: string): Tree | undefined {
  const text = Buffer.from(base64, "base64").toString("latin1");
  if (!/(^|\n)end\n$/.test(text)) return undefined;
  const tree = new Map<string, string>();
  // A name may hold a newline, but never what follows it here.
  for (const record of text.slice(0, -"end\n".length).split(/\n(?=[0-9a-f]+ \d+ [-0-9:. +]+ \.\/\/\.\/)/)) {
    const [, mode = "", size = "", changed = "", name] = line.exec(record.replace(/\n$/, "")) ?? [];
    if (name !== undefined && !isOutside(name))
      tree.set(name, stateOf(Number.parseInt(mode, 16), BigInt(size), changed));
  }
  return tree;
}

/** The guest says what it likes. */
const isOutside = (name: string) =>
  name.includes("\0") || name.split("/").some((part) => part === "" || part === "." || part === "..");
