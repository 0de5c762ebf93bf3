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

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/copy-`);
  mkdirSync(`${folder}/from`);
  mkdirSync(`${folder}/to`);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function copy(source: string, destination: string) {
  const pack = Bun.spawn(packArgv(source), { stdout: "pipe", stderr: "pipe", cwd: folder });
  const unpack = Bun.spawn(unpackArgv(destination, basename(source)), {
    stdin: pack.stdout,
    stderr: "pipe",
    cwd: folder,
  });
  const [packed, unpacked, said] = await Promise.all([pack.exited, unpack.exited, new Response(unpack.stderr).text()]);
  return { packed, unpacked, said };
}
const mode = (path: string) => (lstatSync(path).mode & 0o7777).toString(8);

test.each(["plain", "a b", "-n", "--help", "it's", '"', "$(id)", ".hidden", "..x", "é", "a\nb", "a:b", "*"])(
  "a file named %p arrives under its name with its mode",
  async (name) => {
    writeFileSync(`${folder}/from/${name}`, "text");
    chmodSync(`${folder}/from/${name}`, 0o751);
    expect(await copy(`${folder}/from/${name}`, `${folder}/to`)).toEqual({ packed: 0, unpacked: 0, said: "" });
    expect(readdirSync(`${folder}/to`)).toEqual([name]);
    expect([readFileSync(`${folder}/to/${name}`, "utf8"), mode(`${folder}/to/${name}`)]).toEqual(["text", "751"]);
  },
);

test("a tree arrives with modes, links, empty folders, and under a new name where there is none yet", async () => {
  mkdirSync(`${folder}/from/tree/closed`, { recursive: true });
  writeFileSync(`${folder}/from/tree/closed/secret`, "s");
  symlinkSync("/etc/passwd", `${folder}/from/tree/link`);
  chmodSync(`${folder}/from/tree/closed`, 0o500);
  expect(await copy(`${folder}/from/tree`, `${folder}/to/new`)).toMatchObject({ packed: 0, unpacked: 0 });
  expect(readdirSync(`${folder}/to/new`).sort()).toEqual(["closed", "link"]);
  expect([
    mode(`${folder}/to/new/closed`),
    readlinkSync(`${folder}/to/new/link`),
    readFileSync(`${folder}/to/new/closed/secret`, "utf8"),
  ]).toEqual(["500", "/etc/passwd", "s"]);
});

test("a folder onto a folder of its name is merged, a file replaces a link and not what it points to", async () => {
  mkdirSync(`${folder}/from/tree`);
  mkdirSync(`${folder}/to/tree`);
  writeFileSync(`${folder}/from/tree/new`, "");
  writeFileSync(`${folder}/to/tree/old`, "");
  await copy(`${folder}/from/tree`, `${folder}/to`);
  expect(readdirSync(`${folder}/to/tree`).sort()).toEqual(["new", "old"]);
  writeFileSync(`${folder}/kept`, "kept");
  symlinkSync(`${folder}/kept`, `${folder}/to/file`);
  writeFileSync(`${folder}/from/file`, "copied");
  await copy(`${folder}/from/file`, `${folder}/to/file`);
  expect([readFileSync(`${folder}/kept`, "utf8"), readFileSync(`${folder}/to/file`, "utf8")]).toEqual([
    "kept",
    "copied",
  ]);
});

test("what is merged goes through no link that stands in its place", async () => {
  for (const path of ["from/tree/sub", "to/tree", "kept"]) mkdirSync(`${folder}/${path}`, { recursive: true });
  writeFileSync(`${folder}/kept/file`, "kept");
  for (const name of ["file", "sub/file"]) writeFileSync(`${folder}/from/tree/${name}`, "copied");
  symlinkSync("../../kept/file", `${folder}/to/tree/file`);
  symlinkSync("../../kept", `${folder}/to/tree/sub`);
  expect(await copy(`${folder}/from/tree`, `${folder}/to`)).toEqual({ packed: 0, unpacked: 0, said: "" });
  const text = (path: string) => readFileSync(`${folder}/${path}`, "utf8");
  expect([text("kept/file"), text("to/tree/file"), text("to/tree/sub/file")]).toEqual(["kept", "copied", "copied"]);
});

test("what is not there is said, and nothing is left behind", async () => {
  const { packed, unpacked } = await copy(`${folder}/from/nothing`, `${folder}/to`);
  expect(packed).toBe(3);
  expect(unpacked).not.toBe(0);
  writeFileSync(`${folder}/from/file`, "");
  expect(await copy(`${folder}/from/file`, `${folder}/nowhere/file`)).toMatchObject({
    unpacked: 3,
    said: `the folder "${folder}/nowhere" is not there\n`,
  });
  expect(readdirSync(`${folder}/to`)).toEqual([]);
});
