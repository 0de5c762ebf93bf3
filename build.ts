// bun build.ts [--outfile FILE] [--target bun-linux-x64]: the one executable. A release is made by release/release.ts.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import packageJson from "./package.json" with { type: "json" };

export type BuildOptions = {
  readonly outfile: string;
  readonly version: string;
  readonly target?: string | undefined;
  /** Bun's own executable for the target; without one Bun downloads it. */
  readonly runtime?: string;
};

export async function build({ outfile, version, target, runtime }: BuildOptions): Promise<void> {
  mkdirSync(dirname(outfile), { recursive: true });
  await Bun.build({
    entrypoints: [`${import.meta.dir}/src/main.ts`],
    // Commands are loaded when they are called: pty-resize and --version parse next to nothing.
    splitting: true,
    bytecode: true,
    format: "esm",
    // Names stay: stacks remain readable, and Bun's renamer has had collisions.
    minify: { whitespace: true, syntax: true, identifiers: false },
    sourcemap: "linked",
    define: { "process.env.NODE_ENV": '"production"', CLAUDE_BOTTLE_VERSION: JSON.stringify(version) },
    compile: {
      outfile,
      // Nothing of the directory that the program is started in is read or run.
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(target && { target: target as Bun.Build.CompileTarget }),
      ...(runtime && { executablePath: runtime }),
    },
  });
  for (const map of new Bun.Glob("*.map").scanSync({ cwd: dirname(outfile), absolute: true })) rmSync(map);
}

/** `0.1.0` at the tag v0.1.0 and in a source archive; `0.1.0+gHASH` at any other commit, `.dirty` with changes on top. */
export function currentVersion(): string {
  const git = (...words: string[]) => {
    const { stdout, exitCode } = Bun.spawnSync(["git", "-C", import.meta.dir, ...words], { stderr: "ignore" });
    return exitCode === 0 ? stdout.toString().trim() : undefined;
  };
  const { version } = packageJson;
  const isOurs = Bun.which("git") !== null && git("rev-parse", "--show-prefix") === "";
  const commit = isOurs ? git("rev-parse", "--short=10", "HEAD") : undefined;
  if (commit === undefined) return version;
  const isDirty = git("status", "--porcelain", "--untracked-files=no") !== "";
  const isTagged = git("tag", "--points-at", "HEAD")?.split("\n").includes(`v${version}`);
  return isTagged && !isDirty ? version : `${version}+g${commit}${isDirty ? ".dirty" : ""}`;
}

/** The program says its version where everything around it tries to get into it. */
export function smokeTest(program: string, version: string): void {
  const directory = mkdtempSync(`${tmpdir()}/build-`);
  try {
    writeFileSync(`${directory}/bunfig.toml`, 'preload = ["./evil.ts"]\n');
    writeFileSync(`${directory}/evil.ts`, 'console.log("evil");\n');
    writeFileSync(`${directory}/.env`, "BUN_BE_BUN=1\n");
    chmodSync(program, 0o755);
    const { stdout, exitCode } = Bun.spawnSync([program, "--version"], { cwd: directory });
    if (exitCode !== 0 || stdout.toString() !== `claude-bottle ${version}\n`)
      throw new Error(
        `${basename(program)} --version printed ${JSON.stringify(stdout.toString())} and ended with ${exitCode}`,
      );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { outfile: { type: "string", default: "dist/claude-bottle" }, target: { type: "string" } },
  });
  const outfile = resolve(values.outfile);
  process.chdir(import.meta.dir);
  const version = currentVersion();
  await build({ outfile, version, target: values.target });
  if (!values.target) smokeTest(outfile, version);
  console.log(`${outfile}: ${version}, ${Math.round(Bun.file(outfile).size / 1e6)} MB`);
}
