import { describe } from "bun:test";
import { testCache } from "./cache.ts";

/** Debian's own, and the newest that there is; the libraries of that one are in a cache outside the checkout. */
const programs: string[] = ["tmux", newest()].filter((program) => program !== undefined);

function newest(): string | undefined {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["sh", `${import.meta.dir}/newer-tmux`, `${testCache}/tmux-sid`]);
  if (exitCode === 0) return stdout.toString().trim();
  console.log(`no newer tmux: ${stderr.toString().trim().split("\n").at(-1)}`);
  return undefined;
}

/** The tests once with each tmux; skipped, with the reason, where there is none. */
export function everyTmux(tests: (tmux: string) => void): void {
  for (const program of programs) {
    const version = Bun.which(program) && Bun.spawnSync([program, "-V"]).stdout.toString().trim();
    if (version) describe(version, () => tests(program));
    else describe.skip(`${program} is not installed`, () => tests(program));
  }
}
