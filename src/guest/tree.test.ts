import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { HeldDirectory } from "../system/held-directory.ts";
import { readTree } from "../system/host-tree.ts";
import { namesInput, parseTree, treeArgv } from "./tree.ts";

let directory: string;
beforeEach(() => void (directory = realpathSync(mkdtempSync(`${tmpdir()}/tree-`))));
afterEach(() => rmSync(directory, { recursive: true }));

const run = (verb: Parameters<typeof treeArgv>[0], directory: string, names: readonly string[] = []) =>
  Bun.spawnSync(treeArgv(verb, directory), { stdin: namesInput(names), env: { PATH: process.env.PATH ?? "" } });

function treeOf(path: string) {
  using held = HeldDirectory.open(path);
  return readTree(held);
}

const odd = ["a b", "new\nline", "81a4 1 2026-01-01 .", "é", "-x", "'\"$(id)"].map((name) =>
  Buffer.from(name).toString("latin1"),
);

test("a list has every name and kind, as the host's own look at it has", () => {
  for (const name of odd) writeFileSync(Buffer.from(`${directory}/${Buffer.from(name, "latin1")}`), "12345");
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0x61, 0xff])]), "");
  mkdirSync(`${directory}/d/e`, { recursive: true });
  symlinkSync("nowhere", `${directory}/d/link`);
  const listed = parseTree(run("list", directory).stdout.toString());
  const words = (tree: ReadonlyMap<string, string> | undefined) =>
    [...(tree ?? [])].map(([name, state]) => [name, state.split(" ").slice(0, 3).join(" ")]).sort();
  expect(words(listed)).toEqual(words(treeOf(directory)));
  expect([...(parseTree(run("list named", directory, ["a b", "gone"]).stdout.toString()) ?? []).keys()]).toEqual([
    "a b",
  ]);
});

test("an empty directory has a list, and half an answer has none", () => {
  expect(parseTree(run("list", directory).stdout.toString())).toEqual(new Map());
  expect(parseTree("")).toBeUndefined();
  expect(parseTree(btoa("81a4 1 2026-01-01 .//./a\n"))).toBeUndefined();
});

test("names that would lead out of the directory are none", () => {
  const text = ["../x", "a/../../x", "a//x", ".", "a\0b", "fine"].map((name) => `81a4 1 2026 .//./${name}\n`).join("");
  expect([...(parseTree(btoa(`${text}end\n`)) ?? []).keys()]).toEqual(["fine"]);
});

test("what is packed is unpacked elsewhere, and removed", async () => {
  const [from, to] = [`${directory}/from`, `${directory}/to`];
  mkdirSync(`${from}/d`, { recursive: true });
  mkdirSync(to);
  for (const name of odd) writeFileSync(`${from}/d/${Buffer.from(name, "latin1")}`, name);
  const names = ["d", ...odd.map((name) => `d/${name}`)];
  const { stdout } = run("pack", from, names);
  Bun.spawnSync(treeArgv("unpack", to), { stdin: stdout });
  expect(readFileSync(`${to}/d/a b`, "utf8")).toBe("a b");
  expect([...treeOf(to).keys()].sort()).toEqual(names.sort());
  run("remove", to, names.toReversed().slice(0, -2));
  expect([...treeOf(to).keys()]).toEqual(["d", names[1] ?? ""]);
});
