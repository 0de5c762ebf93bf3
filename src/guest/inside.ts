import insideScript from "./inside.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

/** As the guest's root: what was written since the bottle was made, each path with a NUL behind it. */
export const insideArgv = (root: string): string[] => ["/bin/sh", "-c", withoutComments(insideScript), "sh", root];
