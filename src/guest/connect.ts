import script from "./connect.sh" with { type: "text" };
import { withoutComments } from "./script.ts";

/** Connects its stdin and stdout with a port of the bottle's loopback. */
export const connectArgv = (port: number): string[] => ["/bin/sh", "-c", withoutComments(script), "sh", String(port)];
