import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { insideArgv } from "./guest.ts";

let directory: string;
beforeEach(() => void (directory = mkdtempSync(`${tmpdir()}/inside-`)));
afterEach(() => rmSync(directory, { recursive: true }));

const busybox = Bun.which("busybox");

/** `knowsChanges`: its find also tells a copied file that kept an old time. */
async function finds(path: string, { knowsChanges }: { knowsChanges: boolean }) {
  const root = `${directory}/root`;
  const write = (name: string) => {
    mkdirSync(dirname(`${root}/${name}`), { recursive: true });
    writeFileSync(`${root}/${name}`, "");
  };
  for (const name of ["home/dev/old", "opt/old"]) write(name);
  // busybox compares whole seconds.
  const pause = knowsChanges ? 20 : 1100;
  await Bun.sleep(pause);
  write("etc/.claude-bottle");
  await Bun.sleep(pause);
  for (const name of ["home/dev/a b", "home/dev/a\nb", "tmp/x", "usr/x", "var/lib/x", "vary", "opt/new"]) write(name);
  mkdirSync(`${root}/home/dev/empty`);
  symlinkSync("/nowhere", `${root}/home/dev/link`);
  if (knowsChanges) {
    write("home/dev/copied");
    utimesSync(`${root}/home/dev/copied`, 1, 1);
  }
  const [, ...words] = insideArgv(`${root}/`);
  const { stdout, stderr, exitCode } = Bun.spawnSync([`${path}/sh`, ...words], { env: { PATH: path } });
  expect([stderr.toString(), exitCode]).toEqual(["", 0]);
  const found = stdout.toString().split("\0").filter(Boolean);
  expect(found.map((name) => name.slice(root.length)).sort()).toEqual([
    "/home/dev/a\nb",
    "/home/dev/a b",
    ...(knowsChanges ? ["/home/dev/copied"] : []),
    "/home/dev/link",
    "/opt/new",
    "/vary",
  ]);
}

test.skipIf(process.platform !== "linux")("what was written since, with odd names, and nothing else", () =>
  finds("/usr/bin", { knowsChanges: true }),
);

test.skipIf(!busybox)("the same with busybox, but for a copied file's old time", async () => {
  mkdirSync(`${directory}/bin`);
  for (const name of ["sh", "find"]) symlinkSync(busybox ?? "", `${directory}/bin/${name}`);
  await finds(`${directory}/bin`, { knowsChanges: false });
});
