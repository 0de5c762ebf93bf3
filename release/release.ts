// bun run release --base-url URL [--out DIR] [--target NAME]... [--record]
// Builds every target into DIR, with what installs them. URL is where the release will stand, laid out as GitHub does:
// URL/download/vVERSION/FILE, and URL/latest/download/FILE. --record writes release/record.json for the next one to compare with.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, currentVersion, smokeTest } from "../build.ts";
import packageJson from "../package.json" with { type: "json" };
import { packArchive, sha256 } from "./archive.ts";
import { homebrewFormula } from "./formula.ts";
import { licenceTexts } from "./licences.ts";
import { packNpm } from "./npm.ts";
import { compare, lastRecord, saveRecord, startTimes } from "./record.ts";
import { run } from "./run.ts";
import { bunRuntime } from "./runtimes.ts";
import { billOfMaterials } from "./sbom.ts";
import { archiveName, hostTarget, targetNames, type Target } from "./targets.ts";

const root = resolve(import.meta.dir, "..");
const { values } = parseArgs({
  options: {
    "base-url": { type: "string" },
    out: { type: "string", default: `${root}/dist/release` },
    target: { type: "string", multiple: true, default: targetNames },
    record: { type: "boolean", default: false },
  },
});
const baseUrl = values["base-url"]?.replace(/\/+$/, "");
if (!baseUrl) throw new Error("--base-url is needed: where the release will stand");
const wanted = values.target.map((name) => {
  const target = targetNames.find((known) => known === name);
  if (!target) throw new Error(`unknown target "${name}"; there are ${targetNames.join(", ")}`);
  return target;
});
const out = resolve(values.out);
const version = currentVersion();
const work = mkdtempSync(`${tmpdir()}/release-`);
try {
  await release();
} finally {
  rmSync(work, { recursive: true });
}

async function release(): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const { text, parts } = billOfMaterials(root, version, commitTime());
  writeFileSync(`${out}/claude-bottle-${version}.cdx.json`, text);
  const licences = `${out}/LICENSES.txt`;
  writeFileSync(licences, licenceTexts(root, parts));

  const binaries: Partial<Record<Target, string>> = {};
  const bytes: Partial<Record<Target, number>> = {};
  const sums: Partial<Record<Target, string>> = {};
  for (const target of wanted) {
    const directory = `${work}/${target}`;
    const binary = (binaries[target] = `${directory}/claude-bottle`);
    await build({ outfile: binary, version, target: `bun-${target}`, runtime: await bunRuntime(target) });
    if (target === hostTarget()) smokeTest(binary, version);
    copyFileSync(licences, `${directory}/LICENSES.txt`);
    copyFileSync(`${root}/docs/claude-bottle.1`, `${directory}/claude-bottle.1`);
    const archive = `${out}/${archiveName(version, target)}`;
    await packArchive(directory, ["LICENSES.txt", "claude-bottle", "claude-bottle.1"], archive);
    sums[target] = await sha256(archive);
    bytes[target] = Bun.file(binary).size;
  }

  writeFileSync(`${out}/claude-bottle.rb`, homebrewFormula({ version, baseUrl: baseUrl ?? "", sums }));
  const script = readFileSync(`${root}/install.sh`, "utf8");
  writeFileSync(`${out}/install.sh`, script.replace(/^default_base=$/m, `default_base='${baseUrl}'`), { mode: 0o755 });
  packNpm({ version: version.split("+")[0] ?? version, description: packageJson.description, licences, binaries }, `${work}/npm`, `${out}/npm`); // prettier-ignore
  await writeSums();

  const host = binaries[hostTarget()];
  const now = { version, bytes, start: host ? await startTimes(host) : {} };
  console.log(`${out}: ${version}\n${compare(now, lastRecord())}`.trimEnd());
  if (values.record) saveRecord(now);
}

async function writeSums(): Promise<void> {
  const files = readdirSync(out, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.\w+$/.test(name))
    .sort();
  const lines = await Promise.all(files.map(async (name) => `${await sha256(`${out}/${name}`)}  ${name}\n`));
  writeFileSync(`${out}/SHA256SUMS`, lines.join(""));
}

/** The same for the same commit; the start of time in a copy without one. */
function commitTime(): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given) return Number(given);
  return version.includes("+g") || hasCommit() ? Number(run(["git", "-C", root, "log", "-1", "--format=%ct"])) : 0;
}

function hasCommit(): boolean {
  return (
    Bun.spawnSync(["git", "-C", root, "rev-parse", "--show-prefix"], { stderr: "ignore" }).stdout.toString() === "\n"
  );
}
