import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { binary } from "./support/binary.ts";

const root = `${import.meta.dir}/..`;
const shells = [["dash"], ["bash"], ["busybox", "sh"]].filter(([name]) => Bun.which(name ?? ""));
const name = `claude-bottle-${process.platform}-${process.arch}`;

let folder: string;
let home: string;
beforeAll(binary, 60_000);
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/install-`);
  home = `${folder}/my home`;
  mkdirSync(home);
});
afterEach(() => rmSync(folder, { recursive: true }));

function install(
  shell: readonly string[],
  args: readonly string[],
  env: Record<string, string | undefined> = {},
  script = `${root}/install.sh`,
) {
  const all = { PATH: "/usr/bin:/bin", HOME: home, ...env };
  const defined = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { stdout, stderr, exitCode } = Bun.spawnSync([...shell, script, ...args], {
    env: defined,
    cwd: folder,
    stdin: "ignore",
  });
  const plain = (text: Buffer) => text.toString().replaceAll(folder, "~");
  return { stdout: plain(stdout).split("\n")[0], stderr: plain(stderr), code: exitCode };
}

/** A release folder with one small program that says its version, as ours does. */
function release(program = "#!/bin/sh\necho claude-bottle 1.2.3\n", sums?: string): Record<string, string> {
  const base = `${folder}/release`;
  mkdirSync(base);
  writeFileSync(`${base}/${name}`, program);
  const sum = new Bun.CryptoHasher("sha256").update("#!/bin/sh\necho claude-bottle 1.2.3\n").digest("hex");
  writeFileSync(`${base}/SHA256SUMS`, sums ?? `${sum}  ${name}-musl\n${sum}  ${name}\n`);
  return { CLAUDE_BOTTLE_BASE_URL: `file://${base}` };
}

describe.each(shells)("%s %s", (...shell) => {
  const sh = shell.filter(Boolean);
  const left = () => (existsSync(`${home}/.local/bin`) ? readdirSync(`${home}/.local/bin`) : []);

  test("a release is checked, installed, installed again, and removed", () => {
    const env = release();
    const installed = {
      stdout: "installed claude-bottle 1.2.3 as ~/my home/.local/bin/claude-bottle",
      stderr: "",
      code: 0,
    };
    expect(install(sh, [], env)).toEqual(installed);
    expect(install(sh, [], env)).toEqual(installed);
    expect(left()).toEqual(["claude-bottle"]);
    expect(install(sh, ["--uninstall"])).toEqual({
      stdout: "removed ~/my home/.local/bin/claude-bottle; bottles and their ledger stay",
      stderr: "",
      code: 0,
    });
    expect(install(sh, ["--uninstall"])).toEqual({
      stdout: "there is no ~/my home/.local/bin/claude-bottle",
      stderr: "",
      code: 0,
    });
    expect(left()).toEqual([]);
  });

  test.each([
    [
      "a wrong sum",
      "#!/bin/sh\necho evil\n",
      undefined,
      `the checksum of ${name} is wrong; nothing was changed\n  try again; if it stays wrong, do not use this mirror`,
    ],
    [
      "a cut file",
      "#!/bin/sh\necho claude-bo",
      undefined,
      `the checksum of ${name} is wrong; nothing was changed\n  try again; if it stays wrong, do not use this mirror`,
    ],
    [
      "sums without our file",
      undefined,
      "0000  something-else\n",
      `SHA256SUMS does not name ${name}; nothing was changed`,
    ],
  ])("%s installs nothing", (_, program, sums, message) => {
    expect(install(sh, [], release(program, sums))).toMatchObject({ stderr: `install.sh: ${message}\n`, code: 1 });
    expect(left()).toEqual([]);
  });

  test("no sums, no base, no home, bad words: one line each, and nothing is installed", () => {
    const env = release();
    rmSync(`${folder}/release/SHA256SUMS`);
    expect(install(sh, [], env).code).toBe(1);
    expect(install(sh, [])).toMatchObject({
      stderr: "install.sh: no release is published yet\n  in a clone: sh install.sh --from-source\n",
      code: 1,
    });
    expect(install(sh, [], { ...env, HOME: undefined })).toMatchObject({
      stderr: "install.sh: HOME is not set, so there is no place to install to\n  sh install.sh --prefix DIR\n",
      code: 1,
    });
    expect(install(sh, ["--prefix"])).toMatchObject({
      stderr: "install.sh: --prefix needs a folder\n  sh install.sh --help\n",
      code: 1,
    });
    expect(install(sh, ["--prefix", "x"])).toMatchObject({
      stderr: 'install.sh: --prefix must be an absolute path, not "x"\n',
      code: 1,
    });
    expect(install(sh, ["--prefix", "/"])).toMatchObject({ code: 1 });
    expect(install(sh, ["--frm-source"])).toMatchObject({
      stderr: 'install.sh: unknown option "--frm-source"\n  sh install.sh --help\n',
      code: 1,
    });
    expect(left()).toEqual([]);
  });

  test("what is not ours is not overwritten", () => {
    const env = release();
    mkdirSync(`${home}/.local/bin/claude-bottle`, { recursive: true });
    const refusal =
      'install.sh: "~/my home/.local/bin/claude-bottle" is there and is not a claude-bottle\n  move it away, or choose another place: sh install.sh --prefix DIR\n';
    expect(install(sh, [], env)).toMatchObject({ stderr: refusal, code: 1 });
    rmSync(`${home}/.local/bin/claude-bottle`, { recursive: true });
    writeFileSync(`${home}/.local/bin/claude-bottle`, "#!/bin/sh\necho something else\n");
    chmodSync(`${home}/.local/bin/claude-bottle`, 0o755);
    expect(install(sh, [], env)).toMatchObject({ stderr: refusal, code: 1 });
    expect(install(sh, ["--uninstall"])).toMatchObject({ stderr: refusal, code: 1 });
  });

  test("--dry-run changes nothing", () => {
    expect(install(sh, ["--dry-run"], release())).toMatchObject({
      stdout: "would install a release build as ~/my home/.local/bin/claude-bottle",
      code: 0,
    });
    expect(left()).toEqual([]);
  });
});

test("--from-source builds in the clone, from any directory, and the program runs", async () => {
  const clone = `${folder}/the clone`;
  mkdirSync(clone);
  for (const part of [
    "src",
    "package.json",
    "package-lock.json",
    "build.ts",
    "install.sh",
    "bunfig.toml",
    "tsconfig.json",
  ])
    Bun.spawnSync(["cp", "-R", `${root}/${part}`, clone]);
  symlinkSync(`${root}/node_modules`, `${clone}/node_modules`);
  const node = (Bun.which("node") ?? "").replace(/\/node$/, "");
  const outcome = install(["sh"], ["--from-source"], { PATH: `${node}:/usr/bin:/bin` }, `${clone}/install.sh`);
  expect(outcome).toMatchObject({
    stdout: "installed claude-bottle 0.1.0 as ~/my home/.local/bin/claude-bottle",
    stderr: "",
    code: 0,
  });
  expect(Bun.spawnSync([`${home}/.local/bin/claude-bottle`, "--version"]).stdout.toString()).toBe(
    "claude-bottle 0.1.0\n",
  );
}, 60_000);
