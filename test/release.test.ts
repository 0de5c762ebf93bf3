// A release of this machine's build, made twice, and installed by each of its installers. About 40 s.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { compare } from "../release/record.ts";
import { hostTarget } from "../release/targets.ts";
import { copyOfClone } from "./support/clone.ts";
import { install } from "./support/release-site.ts";

const directory = realpathSync(mkdtempSync(`${tmpdir()}/release-test-`));
const out = `${directory}/one/dist/release`;
const host = hostTarget();
const version = "0.1.0";
const node = (Bun.which("node") ?? "").replace(/\/node$/, "");
const env = { PATH: `${node}:/usr/local/bin:/usr/bin:/bin`, HOME: `${directory}/home`, TMPDIR: directory };
const lacksSbom = Bun.spawnSync(["npm", "sbom", "--help"], { env }).exitCode !== 0 && "npm has no sbom before 9.5";

function run(argv: string[], cwd = directory, more: Record<string, string> = {}) {
  const { stdout, stderr, exitCode } = Bun.spawnSync(argv, { cwd, env: { ...env, ...more }, stdin: "ignore" });
  return { stdout: stdout.toString(), stderr: stderr.toString(), code: exitCode };
}

function release(name: string): string {
  const clone = copyOfClone(`${directory}/${name}`);
  const made = run(
    [process.execPath, "release/release.ts", "--base-url", `file://${directory}/site/`, "--target", host],
    clone,
  );
  expect([made.code, made.stderr]).toEqual([0, ""]);
  return readFileSync(`${clone}/dist/release/SHA256SUMS`, "utf8");
}

let sums = "";
beforeAll(() => {
  mkdirSync(env.HOME, { recursive: true });
  if (!lacksSbom) sums = release("one");
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

if (lacksSbom) console.log(`release: skipped: ${lacksSbom}`);
const it = test.skipIf(Boolean(lacksSbom));

it("two releases from the same sources, in different directories, are equal byte by byte", () => {
  expect(release("another place")).toBe(sums);
  expect(sums.split("\n").map((line) => line.slice(66))).toEqual([
    "LICENSES.txt",
    `claude-bottle-${version}-${host}.tar.gz`,
    `claude-bottle-${version}.cdx.json`,
    "claude-bottle.rb",
    "install.sh",
    `npm/claude-bottle-${version}.tgz`,
    `npm/claude-bottle-${host}-${version}.tgz`,
    "",
  ]);
}, 120_000);

type Lock = { packages: Record<string, { version: string; dev?: true; optional?: true }> };

it("the bill of materials names what is bundled, and each part's licence is there", () => {
  const bom = JSON.parse(readFileSync(`${out}/claude-bottle-${version}.cdx.json`, "utf8"));
  expect([bom.bomFormat, bom.metadata.component.name, bom.metadata.component.version]).toEqual([
    "CycloneDX",
    "claude-bottle",
    version,
  ]);
  // With what the dependencies need themselves; of what only builds and tests, Bun alone is in the program.
  const { packages } = JSON.parse(readFileSync(`${import.meta.dir}/../package-lock.json`, "utf8")) as Lock;
  const bundled = Object.entries(packages).flatMap(([path, { version: number, dev, optional }]) => {
    const name = path.replace(/^.*node_modules\//, "");
    return name !== "" && (name === "bun" || (!dev && !optional)) ? [[name, number]] : [];
  });
  const parts = bom.components.map((part: { name: string; version: string }) => [part.name, part.version]);
  expect(parts.sort()).toEqual(bundled.sort());
  const licences = readFileSync(`${out}/LICENSES.txt`, "utf8");
  for (const [name, number] of parts) expect(licences).toContain(`\n${name} ${number} (`);
});

it("the published install.sh installs it from where the release stands", () => {
  mkdirSync(`${directory}/site/latest`, { recursive: true });
  mkdirSync(`${directory}/site/download`);
  for (const place of ["latest/download", `download/v${version}`]) run(["cp", "-R", out, `${directory}/site/${place}`]);
  expect(run(["sh", `${out}/install.sh`]).stdout.split("\n")[0]).toBe(
    `installed claude-bottle ${version} as ${env.HOME}/.local/bin/claude-bottle`,
  );
  expect(run([`${env.HOME}/.local/bin/claude-bottle`, "--version"]).stdout).toBe(`claude-bottle ${version}\n`);
  expect(existsSync(`${env.HOME}/.local/share/man/man1/claude-bottle.1`)).toBe(true);
  expect(run(["sh", install, "--uninstall"]).code).toBe(0);
  expect(existsSync(`${env.HOME}/.local`)).toBe(false);
});

/** A registry that knows only what the release made. */
function registry(): { url: string } & Disposable {
  const packages = [...new Bun.Glob("npm/*.tgz").scanSync({ cwd: out, absolute: true })].map((file) => {
    const manifest = JSON.parse(run(["tar", "-xzOf", file, "package/package.json"]).stdout);
    return { file, manifest };
  });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch({ url }) {
      const { origin, pathname } = new URL(url);
      const name = pathname.slice(1);
      if (name.endsWith(".tgz")) return new Response(Bun.file(`${out}/npm/${name}`));
      const found = packages.find(({ manifest }) => manifest.name === name);
      if (!found) return new Response("{}", { status: 404 });
      const tarball = `${origin}/${found.file.split("/").at(-1)}`;
      const versions = { [version]: { ...found.manifest, dist: { tarball } } };
      return Response.json({ name, "dist-tags": { latest: version }, versions });
    },
  });
  return { url: `http://127.0.0.1:${server.port}/`, [Symbol.dispose]: () => void server.stop(true) };
}

it("npm installs the package of this machine with the one that starts it", async () => {
  using packages = registry();
  const place = `${directory}/npm`;
  mkdirSync(place);
  const child = Bun.spawn(
    ["npm", "install", "--prefix", place, "--registry", packages.url, "--no-audit", "claude-bottle"],
    {
      cwd: place,
      env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const complaint = await new Response(child.stderr).text();
  expect([await child.exited, complaint.replace(/^npm notice.*\n/gm, "")]).toEqual([0, ""]);
  const program = `${place}/node_modules/.bin/claude-bottle`;
  expect(run([program, "--version"])).toEqual({ stdout: `claude-bottle ${version}\n`, stderr: "", code: 0 });
  expect(run([program, "--bad"]).code).toBe(2);
  rmSync(`${place}/node_modules/claude-bottle-${host}`, { recursive: true });
  expect(run([program, "--version"])).toMatchObject({ stdout: "", code: 1 });
  expect(run([program, "--version"]).stderr).toStartWith(
    `claude-bottle: the package claude-bottle-${host} is not installed\n  npm install claude-bottle`,
  );
}, 60_000);

// Homebrew itself is on no machine that we test on: its formula is read by ruby, and its install block run against what it calls.
const itByRuby = test.skipIf(Boolean(lacksSbom) || !Bun.which("ruby"));
itByRuby("the formula is ruby, and its install block puts the program in place", () => {
  const formula = `${out}/claude-bottle.rb`;
  expect(run(["ruby", "-wc", formula]).stdout).toBe("Syntax OK\n");
  const archive = readFileSync(`${out}/SHA256SUMS`, "utf8").match(/^(\w+) {2}claude-bottle-.*gz$/m)?.[1] ?? "";
  expect(readFileSync(formula, "utf8")).toContain(`sha256 "${archive}"`);
  mkdirSync(`${directory}/keg`);
  run(["tar", "-xzf", `${out}/claude-bottle-${version}-${host}.tar.gz`, "-C", `${directory}/keg`]);
  writeFileSync(`${directory}/stub.rb`, readFileSync(`${import.meta.dir}/support/formula.rb`));
  const { stdout, stderr } = run(["ruby", `${directory}/stub.rb`, formula], `${directory}/keg`);
  expect([stdout, stderr]).toEqual([`claude-bottle ${version}\n`, ""]);
});

test("a release is compared with the one before, number by number", () => {
  const before = { version: "0.1.0", bytes: { "linux-x64": 100e6 }, start: { "--version": 1.1 } };
  const now = { version: "0.2.0", bytes: { "linux-x64": 103e6, "linux-arm64": 99e6 }, start: { "--version": 1.2 } };
  expect(compare(now, before as never)).toBe(
    "linux-x64: 103.0 MB, +3.0 % against 0.1.0\nlinux-arm64: 99.0 MB\nstart of --version: 1.2 empty Bun binaries, 1.1 in 0.1.0\n",
  );
});
