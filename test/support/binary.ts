import { copyFileSync, existsSync, linkSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

const root = `${import.meta.dir}/../..`;
let built: string | undefined;

/** The compiled program: TOOL_BIN, or dist/claude-bottle, built when a source is newer. */
export async function binary(): Promise<string> {
  if (process.env.TOOL_BIN) return process.env.TOOL_BIN;
  const file = `${root}/dist/claude-bottle`;
  if (built === undefined && (!existsSync(file) || isStale(file))) {
    const child = Bun.spawn([process.execPath, "build.ts"], {
      cwd: root,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
    });
    if ((await child.exited) !== 0) throw new Error("the build failed");
  }
  return (built = file);
}

/** The program in another place; a hundred megabytes are linked where that can be. */
export async function placeBinary(path: string): Promise<string> {
  const program = await binary();
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) return path;
  try {
    linkSync(program, path);
  } catch {
    copyFileSync(program, path);
  }
  return path;
}

function isStale(file: string): boolean {
  const made = statSync(file).mtimeMs;
  const sources = [
    ...new Bun.Glob("src/**/*").scanSync({ cwd: root, absolute: true }),
    `${root}/build.ts`,
    `${root}/package.json`,
  ];
  return sources.some((source) => statSync(source).mtimeMs > made);
}
