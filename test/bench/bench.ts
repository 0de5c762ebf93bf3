// bun run bench [--json FILE] [--samples N]: DESIGN's numbers, each pair of programs measured in turns within one run.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { binary } from "../support/binary.ts";
import { callCounts, pairedMs, residentMiB, type Row } from "./measure.ts";
import { realSmolvm, stubSmolvm } from "./smolvm.ts";

const { values } = parseArgs({ options: { json: { type: "string" }, samples: { type: "string", default: "40" } } });
const samples = Number(values.samples);
const folder = mkdtempSync(`${tmpdir()}/bench-`);
const program = await binary();
const empty = `${folder}/empty`;
const idle = `${folder}/idle`;
const rows: Row[] = [];

for (const [file, text] of [[empty, "export {};"], [idle, "setInterval(() => {}, 1e6); console.log('up');"]] as const) {
  writeFileSync(`${file}.ts`, text);
  await Bun.build({ entrypoints: [`${file}.ts`], bytecode: true, format: "esm", splitting: true, minify: true, compile: { outfile: file, autoloadBunfig: false, autoloadDotenv: false } });
}

try {
  using stub = stubSmolvm(folder);
  const { env, project } = stub;
  const options = { env, cwd: project };

  const wrapper = await pairedMs(samples, { argv: [program, "pty-resize", "b", "--", "/bin/true"], ...options }, { argv: [empty], ...options });
  rows.push({ what: "`pty-resize` of `true`, against an empty Bun binary", ours: wrapper.ours, theirs: wrapper.theirs, unit: "ms", bound: 1.5 });

  const version = await pairedMs(samples, { argv: [program, "--version"], ...options }, { argv: [empty], ...options });
  rows.push({ what: "`--version`, against an empty Bun binary", ours: version.ours, theirs: version.theirs, unit: "ms", bound: 2 });

  // Cold, warm, and the agent's own exec, which is not counted as before the agent.
  const cold = await callCounts(stub, [program, "run"]);
  const warm = await callCounts(stub, [program, "run"]);
  rows.push({ what: "backend calls of a cold `run` before the agent", ours: cold - 1, unit: "calls", limit: 4 });
  rows.push({ what: "backend calls of a warm `run` before the agent", ours: warm - 1, unit: "calls", limit: 1 });

  const exec = await pairedMs(samples, { argv: [program, "exec", "--", "true"], ...options }, { argv: [stub.smolvm, "machine", "exec", "--name", "x", "--", "true"], ...options });
  rows.push({ what: "`exec`, over the raw backend command, on a stub", ours: exec.ours - exec.theirs, unit: "ms", limit: 10 });

  const memory = await residentMiB({ session: [program, "shell", "--", "sleep", "1000"], idle: [idle], ...options });
  rows.push({ what: "resident memory of `run` during a session, against an idle empty Bun binary", ours: memory.run, theirs: memory.idle, unit: "MiB", bound: 1.3 });
  rows.push({ what: "resident memory of `pty-resize` during a session, against the same", ours: memory.wrapper, theirs: memory.idle, unit: "MiB", bound: 1.3 });
  rows.push({ what: "session bytes that pass through us, of 10 MiB", ours: memory.bytesThroughUs, unit: "bytes", limit: 0 });

  const smolvm = realSmolvm();
  if (smolvm) {
    using real = smolvm.withMachines(folder, 200);
    const list = await pairedMs(Math.min(samples, 15), { argv: [program, "ls"], env: real.env, cwd: project }, { argv: [...real.argv, "machine", "ls", "--json"], env: real.env, cwd: project });
    rows.push({ what: `\`ls\` of 200 bottles, against one raw list (smolvm ${real.version})`, ours: list.ours, theirs: list.theirs, unit: "ms", bound: 2 });
  } else console.error("`ls` of 200 bottles is not measured: no smolvm here (test/vm/vmhost smolvm 1.32.2 brings one)");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const round = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(1));
console.log("| what | ours | against | ratio | at most | |\n| --- | --- | --- | --- | --- | --- |");
for (const { what, ours, theirs, unit, bound, limit } of rows) {
  const ratio = theirs === undefined ? undefined : ours / theirs;
  const kept = bound === undefined ? ours <= (limit ?? 0) : (ratio ?? 0) <= bound;
  console.log(`| ${what} | ${round(ours)} ${unit} | ${theirs === undefined ? "" : `${round(theirs)} ${unit}`} | ${ratio === undefined ? "" : `${ratio.toFixed(2)}x`} | ${bound === undefined ? `${limit} ${unit}` : `${bound}x`} | ${kept ? "" : "**over**"} |`);
}
if (values.json) {
  mkdirSync(new URL(".", `file://${values.json.startsWith("/") ? "" : `${process.cwd()}/`}${values.json}`).pathname, { recursive: true });
  writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}
