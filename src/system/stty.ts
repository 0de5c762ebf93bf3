import { withoutRelative } from "../lib/paths.ts";

/** Runs stty on the terminal of stdin. Returns its output; undefined if it is missing or there is no terminal. */
export function stty(...words: readonly string[]): string | undefined {
  const program = Bun.which("stty", { PATH: withoutRelative(process.env.PATH || "/usr/bin:/bin") });
  if (!program) return undefined;
  const { exitCode, stdout } = Bun.spawnSync([program, ...words], {
    stdin: "inherit",
    stdout: "pipe",
    stderr: "ignore",
  });
  return exitCode === 0 ? stdout.toString().trim() : undefined;
}
