// The one test command (npm test): types, format, the build, every suite, and a last line with the counts.
//   CLAUDE_BOTTLE_VM=0 leaves the emulated machine out, 1 runs all of it, however long the rest took. CLAUDE_BOTTLE_KUBE=0 leaves Kubernetes out.
//   CLAUDE_BOTTLE_TESTS=container leaves out what no container changes: types, format, units, installation, release, and all of the command line
//   and the dashboard that works on a fake backend. What stays: the choice of a backend, doctor, real terminals, and every backend that is there.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { buildKube, whyNoKube } from "./support/kube.ts";

const root = `${import.meta.dir}/..`;
const TOOL_BIN = `${root}/dist/claude-bottle`;
const bun = process.execPath;
const reports = mkdtempSync(`${tmpdir()}/bottle-reports-`);
const counts: Counts = { passed: 0, failed: 0, skipped: 0 };

/** A step that passes or fails as a whole. */
async function check(title: string, argv: string[]): Promise<void> {
  console.log(`\n== ${title}`);
  const code = await Bun.spawn(argv, { cwd: root, stdin: "ignore", stdout: "inherit", stderr: "inherit" }).exited;
  counts[code === 0 ? "passed" : "failed"] += 1;
}

async function suite(title: string, directories: string[], env: Record<string, string> = {}): Promise<void> {
  add(await runSuite(title, directories, env));
}

/** The most important first. What would begin after this time is left out, and said, unless CLAUDE_BOTTLE_VM=1: CI has 40 to 90 minutes. */
const machineFiles = ["conformance", "life", "network", "agree", "older-kernel", "template", "terminal"];
const lastStartMs = process.env.CLAUDE_BOTTLE_VM === "1" ? Number.POSITIVE_INFINITY : 45 * 60_000;

/** A machine that dies under emulation says nothing of our program: that file once more, and loudly; each has a machine of its own. */
async function machineSuite(title: string, directory: string): Promise<void> {
  const lastWords = () => Bun.spawnSync([`${root}/test/vm/vmhost`, "death"]);
  lastWords();
  for (const file of machineFiles.map((name) => `${name}.test.ts`)) {
    if (performance.now() > lastStartMs) {
      console.log(
        `\n== ${title}: ${file} is left out: the run has taken more than 45 minutes (CLAUDE_BOTTLE_VM=1 runs it)`,
      );
      counts.skipped += 1;
      continue;
    }
    const run = (attempt: string) => runSuite(`${title}: ${file}${attempt}`, [`${directory}/${file}`], {});
    let outcome = await run("");
    for (const attempt of [", once more", ", a third time"]) {
      const death = outcome.failed > 0 ? lastWords() : undefined;
      if (death?.exitCode !== 0 || performance.now() > lastStartMs) break;
      console.log(`\n!! the emulated machine died:\n${death.stdout}`);
      outcome = await run(attempt);
    }
    add(outcome);
  }
}

type Counts = { passed: number; failed: number; skipped: number };

function add({ passed, failed, skipped }: Counts): void {
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
}

async function runSuite(title: string, directories: string[], env: Record<string, string>): Promise<Counts> {
  console.log(`\n== ${title}`);
  const report = `${reports}/${title.replace(/\W+/g, "-")}.xml`;
  const child = Bun.spawn(
    [bun, "test", ...directories, "--timeout=30000", "--reporter=junit", `--reporter-outfile=${report}`],
    {
      cwd: root,
      env: { ...process.env, ...env },
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
    },
  );
  const code = await child.exited;
  const [, tests = "0", , failures = "0", skipped = "0"] =
    /<testsuites [^>]*tests="(\d+)" assertions="(\d+)" failures="(\d+)" skipped="(\d+)"/.exec(read(report)) ?? [];
  return {
    passed: Number(tests) - Number(failures) - Number(skipped),
    failed: Math.max(Number(failures), code === 0 ? 0 : 1),
    skipped: Number(skipped),
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

if (process.env.CLAUDE_BOTTLE_TESTS === "container") {
  const terminals = [...new Bun.Glob("test/pty/*.test.ts").scanSync(root)].filter(
    (file) => !file.includes("dashboard"),
  );
  const parts = ["test/cli/auto.test.ts", "test/cli/doctor.test.ts", "test/cli/doctor-box.test.ts", "test/cli/worktree.test.ts", "test/cli/git-traps.test.ts", ...terminals]; // prettier-ignore
  await check("build", [bun, "build.ts"]);
  await suite("the compiled program", parts, { TOOL_BIN });
  await suite("every backend, one suite", ["test/conformance"], { TOOL_BIN });
} else {
  // The first run on a machine builds Kubernetes, which takes as long as half of the suites: beside them.
  const building = whyNoKube() ? undefined : buildKube();
  process.on("exit", () => building?.kill());

  await check("types", [bun, "check"]);
  await check("format", [bun, "run", "fmt", "--check"]);
  await check("build", [bun, "build.ts"]);
  await suite("units, rules, installation and release", ["src", ...new Bun.Glob("test/*.test.ts").scanSync(root)]);
  await suite("fuzz", ["test/fuzz"], { TOOL_BIN });
  await suite("the compiled program", ["test/cli", "test/pty"], { TOOL_BIN });
  await suite("tmux", ["test/tmux"], { TOOL_BIN });
  await suite("every backend, one suite", ["test/conformance"], { TOOL_BIN });
  await suite("real containers", ["test/container"], { TOOL_BIN });
  await suite("a fresh machine", ["test/fresh"]);
  await suite("a real Kubernetes", ["test/kube"], { TOOL_BIN });
  // Never beside another suite: smolvm gives up on a machine that makes no progress for 30 s, and emulation is slow enough alone.
  await machineSuite("real microVMs", "test/vm");
}
rmSync(reports, { recursive: true });

console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
