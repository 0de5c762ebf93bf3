// bun build.ts [--outfile FILE] [--target bun-linux-x64]: the one executable.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import packageJson from "./package.json" with { type: "json" };

const { values } = parseArgs({
  options: { outfile: { type: "string", default: "dist/claude-bottle" }, target: { type: "string" } },
});
const outfile = resolve(values.outfile);
process.chdir(import.meta.dir);
mkdirSync(dirname(outfile), { recursive: true });

const { version } = packageJson;
await Bun.build({
  entrypoints: ["src/main.ts"],
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
    ...(values.target && { target: values.target as Bun.Build.CompileTarget }),
  },
});
for (const map of new Bun.Glob("*.map").scanSync({ cwd: dirname(outfile), absolute: true })) rmSync(map);
if (!values.target) smokeTest();
console.log(`${outfile}: ${version}, ${Math.round(Bun.file(outfile).size / 1e6)} MB`);

/** The program says its version where everything around it tries to get into it. */
function smokeTest(): void {
  const folder = mkdtempSync(`${tmpdir()}/build-`);
  try {
    writeFileSync(`${folder}/bunfig.toml`, 'preload = ["./evil.ts"]\n');
    writeFileSync(`${folder}/evil.ts`, 'console.log("evil");\n');
    chmodSync(outfile, 0o755);
    const { stdout, exitCode } = Bun.spawnSync([outfile, "--version"], { cwd: folder });
    if (exitCode !== 0 || stdout.toString() !== `claude-bottle ${version}\n`)
      throw new Error(
        `${basename(outfile)} --version printed ${JSON.stringify(stdout.toString())} and ended with ${exitCode}`,
      );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
