import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import * as bounded from "./bounded.ts";
import * as entries from "./entries.ts";
import * as files from "./files.ts";
import { type Inputs, recordInputs } from "./inputs.ts";
import { isUnchanged } from "./kept.ts";
import { realSystem } from "./real.ts";
import type { System } from "./system.ts";

let directory: string;
beforeEach(() => void (directory = realpathSync(mkdtempSync(`${tmpdir()}/inputs-`))));
afterEach(() => rmSync(directory, { recursive: true }));

const env: Record<string, string> = { HOME: "/home/ann", PATH: "/usr/bin:/bin" };
const system = realSystem(env);
const record = async (work: (system: System) => void, of = system): Promise<Inputs | undefined> =>
  (await recordInputs(of, async (noting) => work(noting))).inputs;

/** They change something, or ask nothing. */
const writers = ["createFile", "makeDirectory", "enterDirectory", "privateDirectory", "replaceSymlink", "removeEmptyAbove", "writePrivate", "writeWhole", "makeTempDirectory", "renameOver", "renameUnlessPresent", "removeFile", "removeTree", "writeText", "appendTo"]; // prettier-ignore
const readers = Object.entries({ ...files, ...bounded, ...entries }).filter(
  ([name, member]) => typeof member === "function" && !writers.includes(name),
) as [string, (path: string, other: string | number) => unknown][];

test.each(readers)("what %s answers is noted, or nothing is kept of it", async (_, ask) => {
  const path = old(`${directory}/file`);
  const inputs = await record(() => void ask(path, path));
  expect(inputs === undefined || inputs.answers.some(([, noted]) => noted === path)).toBe(true);
});

/** Opened by at.ts alone, or asked of processes and terminals: what is resolved for an exec depends on neither. */
const others = ["control-group", "directory-lock", "environment", "errors", "held-directory", "held-path", "key", "log-file", "process", "real", "rewrite", "streams", "typed-path", "usage"]; // prettier-ignore

test("every file of system that asks the file system notes it, or is known not to be asked", () => {
  const sources = [...new Bun.Glob("*.ts").scanSync(import.meta.dir)].filter((name) => !name.endsWith(".test.ts"));
  const asking = sources.filter((name) => {
    const text = readFileSync(`${import.meta.dir}/${name}`, "utf8");
    return text.includes('"node:fs"') && !/import .*\bnote(d|Content|Other)\b.* from "\.\/inputs\.ts"/.test(text);
  });
  expect(asking.map((name) => name.replace(".ts", "")).sort()).toEqual([...others, "inputs"].sort());
});

/** Changed long enough ago to be kept: nobody can set that time, so it is a file of the system that is linked. */
function old(path: string): string {
  symlinkSync("/etc/passwd", path);
  return path;
}

const read = () => void files.readText(`${directory}/file`);

test.each<[string, (work: { path: string }) => void, (path: string) => void, (path: string) => void]>([
  ["another text", read, write("one"), write("two!")],
  ["another text of the same length and time", read, write("one"), sameTime("two")],
  ["another file of the same text", read, write("one"), (path) => replaced(path, "one")],
  ["other rights", read, write("one"), (path) => chmodSync(path, 0o755)],
  ["no file any more", read, write("one"), (path) => rmSync(path)],
  ["a file where there was none", read, () => {}, write("one")],
  ["a link elsewhere", read, old, (path) => { rmSync(path); symlinkSync("/etc/group", path); }],
  ["a link on its way", () => void files.realPath(`${directory}/file`), mkdir, (path) => { renameSync(path, `${path}-moved`); symlinkSync(`${path}-moved`, path); }],
  ["something where there was nothing", () => void files.exists(`${directory}/file`), () => {}, mkdir],
  ["a file in place of a directory", () => void files.isDirectory(`${directory}/file`), mkdir, (path) => { rmSync(path, { recursive: true }); write("")(path); }],
  ["a directory in place of a file", () => void files.kindOf(`${directory}/file`), write(""), (path) => { rmSync(path); mkdir(path); }],
  ["a link in place of a file", () => void files.isLink(`${directory}/file`), write(""), (path) => { rmSync(path); old(path); }],
])("%s is noticed", async (_, ask, before, change) => {
  const path = `${directory}/file`;
  before(path);
  const inputs = await recorded(() => ask({ path }));
  expect(isUnchanged(system, inputs)).toBe(true);
  change(path);
  expect(isUnchanged(system, inputs)).toBe(false);
}); // prettier-ignore

test("another value of a variable that was read is noticed, and one that was not read is not", async () => {
  const inputs = await record(({ env }) => void [env.HOME, env.ANTHROPIC_API_KEY]);
  const after = (changed: Record<string, string>) => isUnchanged(realSystem({ ...env, ...changed }), inputs as Inputs);
  expect([after({}), after({ SHLVL: "2" }), after({ HOME: "/" }), after({ ANTHROPIC_API_KEY: "" })]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test.each<[string, (system: System) => unknown]>([
  ["a file that has just changed", () => (write("new")(`${directory}/file`), read())],
  ["a question that is answered in two ways", () => (read(), write("new")(`${directory}/file`), read())],
  ["a program", ({ which }) => which("sh")],
  ["the time", (asked) => asked.now()],
  ["the terminal", ({ isTty }) => isTty.stdin],
  ["all of the environment", ({ env }) => ({ ...env })],
  ["the names in a directory", () => files.listDirectory(directory)],
])("nothing is kept of what asked for %s", async (_, ask) => {
  expect(await record(ask)).toBeUndefined();
});

/** With the file's age left out, for which there is a test of its own: nobody can set it. */
async function recorded(work: () => void): Promise<Inputs> {
  const now = Date.now;
  Date.now = () => now() + 60_000;
  try {
    return (await record(work)) as Inputs;
  } finally {
    Date.now = now;
  }
}

function write(text: string): (path: string) => void {
  return (path) => writeFileSync(path, text);
}
function mkdir(path: string): void {
  mkdirSync(path);
}
function sameTime(text: string): (path: string) => void {
  return (path) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(path, text);
    utimesSync(path, atime, mtime);
  };
}
function replaced(path: string, text: string): void {
  writeFileSync(`${path}-new`, text);
  renameSync(`${path}-new`, path);
  expect(readFileSync(path, "utf8")).toBe(text);
}
