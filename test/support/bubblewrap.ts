import { probeBwrap } from "../../src/backends/bubblewrap/probe.ts";
import { realSystem } from "../../src/system/real.ts";

const probe = await probeBwrap(realSystem({ PATH: process.env.PATH ?? "/usr/bin:/bin" }));

/** Why the real bubblewrap makes no sandbox here, in a line; undefined where it does. */
export const whyNoBubblewrap: string | undefined = probe.usable ? undefined : probe.reason;

/** In a default container the bottle gets the container's own /proc, in which Claude's records name other processes. */
export function whyNoOwnProc(): string | undefined {
  const argv = ["bwrap", "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "true"];
  return Bun.which("bwrap") && Bun.spawnSync(argv).exitCode === 0 ? undefined : "a bottle has no /proc of its own here";
}
