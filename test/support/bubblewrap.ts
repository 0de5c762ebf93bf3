import { probeBwrap } from "../../src/backends/bubblewrap/probe.ts";
import { realSystem } from "../../src/system/real.ts";

const probe = await probeBwrap(realSystem({ PATH: process.env.PATH ?? "/usr/bin:/bin" }));

/** Why the real bubblewrap makes no sandbox here, in a line; undefined where it does. */
export const whyNoBubblewrap: string | undefined = probe.usable ? undefined : probe.reason;
