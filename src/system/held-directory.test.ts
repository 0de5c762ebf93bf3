import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, existsSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { forceWay, namesByLibc, namesIn, type Way } from "./at.ts";
import { HeldDirectory } from "./held-directory.ts";

let directory: string;
let held: HeldDirectory;
const inside = () => `${directory}/inside`;

const ways: Way[] = process.platform === "linux" ? ["fast", "steps"] : ["steps"];

const fifo = (path: string) => expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
const openFiles = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);

describe.each(ways)("with %s opens", (way) => {
  beforeEach(() => {
    forceWay(way);
    directory = realpathSync(mkdtempSync(`${tmpdir()}/held-`));
    for (const name of ["inside/d/e", "outside"]) mkdirSync(`${directory}/${name}`, { recursive: true });
    writeFileSync(`${directory}/outside/secret`, "SECRET");
    writeFileSync(`${inside()}/d/e/file`, "text", { mode: 0o640 });
    symlinkSync(`${directory}/outside`, `${inside()}/out`);
    symlinkSync("../outside/secret", `${inside()}/d/secret`);
    symlinkSync("d", `${inside()}/back`);
    fifo(`${inside()}/pipe`);
    held = HeldDirectory.open(inside());
  });
  afterEach(() => {
    held[Symbol.dispose]();
    forceWay(ways[0] ?? "steps");
    rmSync(directory, { recursive: true });
  });

  test("files, links and directories are what they are", () => {
    expect(held.read("d/e/file", 100)?.toString()).toBe("text");
    expect(held.read("d/e/file", 2)?.toString()).toBe("te");
    expect(held.readLink("d/secret")).toBe("../outside/secret");
    expect(held.list()).toEqual(["back", "d", "out", "pipe"]);
    expect((held.status("d/e/file")?.mode ?? 0) & 0o777).toBe(0o640);
    expect(held.status("nothing")).toBeUndefined();
    const names = [...held.walk((name) => name === "d/secret")].map(({ name }) => name);
    expect(names.sort()).toEqual(["back", "d", "d/e", "d/e/file", "out", "pipe"]);
  });

  test.each(["out/secret", "d/secret", "back/e/file", "pipe", "d", "out"])("%s is not read", (name) => {
    expect([held.read(name, 100), held.open(name)]).toEqual([undefined, undefined]);
  });

  test("nothing is seen, made, moved or removed through a link", async () => {
    expect([held.status("out/secret"), held.isDirectory("out"), held.isDirectory("back")]).toEqual([
      undefined,
      false,
      false,
    ]);
    const attempts = [
      () => held.list("out"),
      () => held.enter("back"),
      () => held.makeDirectory("out/new", 0o700),
      () => held.symlink("back/new", "x"),
      () => held.link("new", "out/secret"),
      () => held.link("out/new", "d/e/file"),
      () => held.move("d/e/file", held, "out/file"),
      () => held.move("out/secret", held, "stolen"),
      () => held.setDirectoryMode("out", 0o777),
      () => held.readLink("out/secret"),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(/a symlink is in the way|is not a directory/);
    await expect(held.write("out/new", { mode: 0o600 }, [])).rejects.toThrow(
      /a symlink is in the way|is not a directory/,
    );
    await expect(held.write("out", { mode: 0o600 }, [])).rejects.toThrow("EEXIST");
    held.remove("out/secret");
    held.removeTree("out/secret");
    expect(readdirSync(`${directory}/outside`)).toEqual(["secret"]);
    expect(statSync(`${directory}/outside`).mode & 0o777).not.toBe(0o777);
  });

  test("a name that leads out is a bug, and not one of them is opened", () => {
    for (const name of ["..", "d/../../outside/secret", "/etc/passwd", "d//e", ".", "", "d/e/file\0x"])
      expect(() => held.read(name, 10)).toThrow("is no name below");
  });

  test("what is written is as asked for, without set-id bits", async () => {
    await held.write("new", { mode: 0o6755, modifiedAt: 1_000_000 }, [Buffer.from("a"), Buffer.from("b")]);
    held.makeDirectory("made", 0o700);
    held.setDirectoryMode("made", 0o7755);
    held.link("d/again", "new");
    expect([statSync(`${inside()}/new`).mode & 0o7777, statSync(`${inside()}/new`).mtimeMs]).toEqual([0o755, 1e9]);
    expect([statSync(`${inside()}/made`).mode & 0o7777, readFileSync(`${inside()}/d/again`, "utf8")]).toEqual([
      0o755,
      "ab",
    ]);
    held.move("new", held, "out");
    expect([lstatSync(`${inside()}/out`).isFile(), existsSync(`${directory}/outside/secret`)]).toEqual([true, true]);
    held.removeTree("d");
    expect(held.list()).toEqual(["back", "made", "out", "pipe"]);
  });

  test("a directory that is reached through a link is not opened", () => {
    for (const path of [`${inside()}/out`, `${inside()}/back/e`])
      expect(() => HeldDirectory.open(path)).toThrow("cannot open the directory");
  });

  test("a directory that is moved away is still the one that is held", () => {
    using inner = held.enter("d");
    held.move("d", held, "elsewhere");
    symlinkSync(`${directory}/outside`, `${inside()}/d`);
    expect(inner.list()).toEqual(["e", "secret"]);
    expect(inner.read("secret", 10)).toBeUndefined();
  });

  test("names that are not UTF-8 are names too", async () => {
    const name = Buffer.from([0x61, 0xff, 0x0a]).toString("latin1");
    await held.write(name, { mode: 0o600 }, []);
    expect(held.list()).toContain(name);
    held.remove(name);
    expect(held.list()).not.toContain(name);
  });

  test("no descriptor is left open, whatever failed", () => {
    const before = openFiles();
    for (let time = 0; time < 50; time++)
      for (const name of ["out/secret", "d/secret", "pipe", "nothing/x", "d/e/file"]) {
        held.status(name);
        held.read(name, 10);
        held.open(name)?.[Symbol.dispose]();
        expect(() => held.list(name)).toThrow();
      }
    // What other tests had open may be closed by now.
    expect(openFiles()).toBeLessThanOrEqual(before);
  });
});

test("the C library lists what the system's own list has", () => {
  const file = openSync("/usr/bin", "r");
  expect(namesByLibc(file).sort()).toEqual(namesIn(file).sort());
  closeSync(file);
});
