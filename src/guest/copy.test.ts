import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename } from "node:path";
import { packArgv, unpackArgv } from "./copy.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/copy-`);
  mkdirSync(`${directory}/from`);
  mkdirSync(`${directory}/to`);
});
afterEach(() => {
  // An ordinary user cannot empty a read-only directory.
  Bun.spawnSync(["chmod", "-R", "u+w", directory]);
  rmSync(directory, { recursive: true });
});

async function copy(source: string, destination: string) {
  const pack = Bun.spawn(packArgv(source), { stdout: "pipe", stderr: "pipe", cwd: directory });
  const unpack = Bun.spawn(unpackArgv(destination, basename(source)), {
    stdin: pack.stdout,
    stderr: "pipe",
    cwd: directory,
  });
  const [packed, unpacked, said] = await Promise.all([pack.exited, unpack.exited, new Response(unpack.stderr).text()]);
  return { packed, unpacked, said };
}
const mode = (path: string) => (lstatSync(path).mode & 0o7777).toString(8);

test.each(["plain", "a b", "-n", "--help", "it's", '"', "$(id)", ".hidden", "..x", "é", "a\nb", "a:b", "*"])(
  "a file named %p arrives under its name with its mode",
  async (name) => {
    writeFileSync(`${directory}/from/${name}`, "text");
    chmodSync(`${directory}/from/${name}`, 0o751);
    expect(await copy(`${directory}/from/${name}`, `${directory}/to`)).toEqual({ packed: 0, unpacked: 0, said: "" });
    expect(readdirSync(`${directory}/to`)).toEqual([name]);
    expect([readFileSync(`${directory}/to/${name}`, "utf8"), mode(`${directory}/to/${name}`)]).toEqual(["text", "751"]);
  },
);

test("a tree arrives with modes, links, empty directories, and under a new name where there is none yet", async () => {
  mkdirSync(`${directory}/from/tree/closed`, { recursive: true });
  writeFileSync(`${directory}/from/tree/closed/secret`, "s");
  symlinkSync("/etc/passwd", `${directory}/from/tree/link`);
  chmodSync(`${directory}/from/tree/closed`, 0o500);
  expect(await copy(`${directory}/from/tree`, `${directory}/to/new`)).toMatchObject({ packed: 0, unpacked: 0 });
  expect(readdirSync(`${directory}/to/new`).sort()).toEqual(["closed", "link"]);
  expect([
    mode(`${directory}/to/new/closed`),
    readlinkSync(`${directory}/to/new/link`),
    readFileSync(`${directory}/to/new/closed/secret`, "utf8"),
  ]).toEqual(["500", "/etc/passwd", "s"]);
});

test("a directory onto a directory of its name is merged, a file replaces a link and not what it points to", async () => {
  mkdirSync(`${directory}/from/tree`);
  mkdirSync(`${directory}/to/tree`);
  writeFileSync(`${directory}/from/tree/new`, "");
  writeFileSync(`${directory}/to/tree/old`, "");
  await copy(`${directory}/from/tree`, `${directory}/to`);
  expect(readdirSync(`${directory}/to/tree`).sort()).toEqual(["new", "old"]);
  writeFileSync(`${directory}/kept`, "kept");
  symlinkSync(`${directory}/kept`, `${directory}/to/file`);
  writeFileSync(`${directory}/from/file`, "copied");
  await copy(`${directory}/from/file`, `${directory}/to/file`);
  expect([readFileSync(`${directory}/kept`, "utf8"), readFileSync(`${directory}/to/file`, "utf8")]).toEqual([
    "kept",
    "copied",
  ]);
});

test("what is merged goes through no link that stands in its place", async () => {
  for (const path of ["from/tree/sub", "to/tree", "kept"]) mkdirSync(`${directory}/${path}`, { recursive: true });
  writeFileSync(`${directory}/kept/file`, "kept");
  for (const name of ["file", "sub/file"]) writeFileSync(`${directory}/from/tree/${name}`, "copied");
  symlinkSync("../../kept/file", `${directory}/to/tree/file`);
  symlinkSync("../../kept", `${directory}/to/tree/sub`);
  expect(await copy(`${directory}/from/tree`, `${directory}/to`)).toEqual({ packed: 0, unpacked: 0, said: "" });
  const text = (path: string) => readFileSync(`${directory}/${path}`, "utf8");
  expect([text("kept/file"), text("to/tree/file"), text("to/tree/sub/file")]).toEqual(["kept", "copied", "copied"]);
});

test("what is not there is said, and nothing is left behind", async () => {
  const { packed, unpacked } = await copy(`${directory}/from/nothing`, `${directory}/to`);
  expect(packed).toBe(3);
  expect(unpacked).not.toBe(0);
  writeFileSync(`${directory}/from/file`, "");
  expect(await copy(`${directory}/from/file`, `${directory}/nowhere/file`)).toMatchObject({
    unpacked: 3,
    said: `the directory "${directory}/nowhere" is not there\n`,
  });
  expect(readdirSync(`${directory}/to`)).toEqual([]);
});
