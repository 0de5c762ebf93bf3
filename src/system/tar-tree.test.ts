import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { NotTar, tarEnd, tarHeader, tarPadding, type TarEntry } from "../lib/tar.ts";
import { HeldDirectory } from "./held-directory.ts";
import { packThings, thingsBelow, unpackTar } from "./tar-tree.ts";

let directory: string;
let from: HeldDirectory;
let to: HeldDirectory;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(`${tmpdir()}/tar-`));
  for (const name of ["from", "to", "outside"]) mkdirSync(`${directory}/${name}`);
  writeFileSync(`${directory}/outside/secret`, "SECRET");
  from = HeldDirectory.open(`${directory}/from`);
  to = HeldDirectory.open(`${directory}/to`);
});
afterEach(() => {
  from[Symbol.dispose]();
  to[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

type Entry = Partial<Omit<TarEntry, "content">> & { readonly name: string; readonly text?: string };

async function* streamOf(entries: readonly Entry[], end: Uint8Array = tarEnd): AsyncGenerator<Uint8Array> {
  for (const { kind = "file", text = "", target = "", ...entry } of entries) {
    yield tarHeader({ size: text.length, kind, target, ...entry });
    yield Buffer.from(text);
    yield tarPadding(text.length);
  }
  yield end;
}

const outside = () =>
  [...readdirSync(`${directory}/outside`), readFileSync(`${directory}/outside/secret`, "utf8")].join(" ");

describe("a stream of a guest", () => {
  test.each<[string, Entry[], string[]]>([
    ["goes up", [{ name: "../outside/x" }], ["../outside/x"]],
    ["goes up on its way", [{ name: "d/../../outside/x" }], ["d/../../outside/x"]],
    ["has an absolute name", [{ name: "/tmp/x" }], ["/tmp/x"]],
    ["goes through a link of its own", [{ name: "d", kind: "symlink", target: "../outside" }, { name: "d/x" }], ["d/x"]],
    ["makes a directory through a link", [{ name: "d", kind: "symlink", target: "../outside" }, { name: "d/x", kind: "directory" }], ["d/x"]],
    ["puts a directory over a link", [{ name: "d", kind: "symlink", target: "../outside" }, { name: "d", kind: "directory" }], ["d"]],
    ["links to what is outside", [{ name: "h", kind: "hardlink", target: "../outside/secret" }], ["h"]],
    ["links to what a link leads to", [{ name: "l", kind: "symlink", target: "../outside/secret" }, { name: "h", kind: "hardlink", target: "l" }], ["h"]],
    ["links through a link", [{ name: "d", kind: "symlink", target: "../outside" }, { name: "h", kind: "hardlink", target: "d/secret" }], ["h"]],
    ["puts a file over a directory", [{ name: "d", kind: "directory" }, { name: "d" }], ["d"]],
  ])("that %s is refused there", async (_, entries, refused) => {
    const result = await unpackTar(to, streamOf([...entries, { name: "after", text: "kept" }]));
    expect([result.refused, readFileSync(`${directory}/to/after`, "utf8")]).toEqual([refused, "kept"]);
    expect(outside()).toBe("secret SECRET");
  }); // prettier-ignore

  test("replaces a link that is there, and writes nothing through it", async () => {
    symlinkSync("../outside/secret", `${directory}/to/x`);
    await unpackTar(to, streamOf([{ name: "x", text: "new" }]));
    expect([lstatSync(`${directory}/to/x`).isFile(), outside()]).toEqual([true, "secret SECRET"]);
  });

  test("brings no set-id bits, and no devices or pipes", async () => {
    const { skipped, modes } = await unpackTar(
      to,
      streamOf([{ name: "x", mode: 0o6755 }, { name: "dev", kind: "other" }, { name: "d", kind: "directory", mode: 0o3777 }]),
    ); // prettier-ignore
    expect([statSync(`${directory}/to/x`).mode & 0o7777, skipped, [...modes]]).toEqual([
      0o755,
      ["dev"],
      [["d", 0o3777]],
    ]);
    expect(readdirSync(`${directory}/to`).sort()).toEqual(["d", "x"]);
  });

  test("has its hard links and its long names, and what nobody wants is dropped", async () => {
    const name = `${"d".repeat(90)}/${"e".repeat(90)}`;
    mkdirSync(`${directory}/from/${name}`, { recursive: true });
    writeFileSync(`${directory}/from/${name}/file`, "text");
    const packed = Bun.spawnSync(["tar", "-C", `${directory}/from`, "-cf", "-", "."]).stdout;
    await unpackTar(
      to,
      (async function* () {
        yield packed;
      })(),
      (wanted) => !wanted.endsWith("file"),
    );
    expect(readdirSync(`${directory}/to/${name}`)).toEqual([]);
    await unpackTar(to, streamOf([{ name: "a", text: "one" }, { name: "b", kind: "hardlink", target: "./a" }]));
    expect([readFileSync(`${directory}/to/b`, "utf8"), statSync(`${directory}/to/b`).nlink]).toEqual(["one", 2]);
  }); // prettier-ignore

  test.each([
    ["ends too early", [{ name: "x", size: 10_000, text: "short" }], "it ends too early"],
    ["has a size beyond all bounds", [{ name: "x", size: Number.MAX_SAFE_INTEGER }], "it ends too early"],
  ])("that %s is told apart", async (_, entries, message) => {
    const error = await unpackTar(to, streamOf(entries)).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NotTar);
    expect((error as Error).message).toBe(message);
  });

  test("that never ends ends with what ends it", async () => {
    let bytes = 0;
    const endless = async function* () {
      yield* streamOf([{ name: "x", text: "text" }]);
      for (;;) yield new Uint8Array((bytes += 65536) && 65536);
    };
    await unpackTar(to, endless());
    expect(bytes).toBeLessThan(2 * 1024 * 1024);
  });
});

test.each(["tar", "busybox tar"])("%s of a bottle unpacks what is packed here", async (program) => {
  if (!Bun.which(program.split(" ")[0] ?? "")) return;
  const long = `${"n".repeat(120)}`;
  mkdirSync(`${directory}/from/top/${long}`, { recursive: true });
  writeFileSync(`${directory}/from/top/${long}/file`, "x".repeat(70_000), { mode: 0o750 });
  writeFileSync(`${directory}/from/top/a b\nc`, "");
  symlinkSync("t".repeat(150), `${directory}/from/top/link`);
  chmodSync(`${directory}/from/top`, 0o751);
  const pieces: Uint8Array[] = [];
  for await (const piece of packThings(from, thingsBelow(from, "top", "as"))) pieces.push(piece);
  const { exitCode } = Bun.spawnSync([...program.split(" "), "-C", `${directory}/to`, "-xpof", "-"], {
    stdin: Buffer.concat(pieces),
  });
  expect(exitCode).toBe(0);
  const at = (name: string) => `${directory}/to/as/${name}`;
  expect(readdirSync(at("")).sort()).toEqual(["a b\nc", "link", long]);
  expect([readFileSync(at(`${long}/file`), "utf8").length, statSync(at(`${long}/file`)).mode & 0o777]).toEqual([70_000, 0o750]);
  expect([readlinkSync(at("link")), statSync(at("")).mode & 0o777]).toEqual(["t".repeat(150), 0o751]);
}); // prettier-ignore
