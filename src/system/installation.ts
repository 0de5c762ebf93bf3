import { dirname } from "node:path";
import { otherInstaller } from "./errors.ts";
import { exists, realPath } from "./files.ts";
import type { System } from "./system.ts";

/** The directory in which install.sh installed this program. Throws UserError if another installer owns it. */
export function installedPrefix(system: System): string {
  const [program = "", script] = system.self;
  if (script !== undefined) throw otherInstaller("source", program);
  const path = realPath(program) ?? program;
  if (path.includes("/Cellar/")) throw otherInstaller("Homebrew", path);
  if (path.includes("/node_modules/")) throw otherInstaller("npm", path);
  const prefix = dirname(dirname(path));
  if (path === `${prefix}/bin/claude-bottle` && exists(`${prefix}/lib/claude-bottle/receipt`)) return prefix;
  throw otherInstaller("nobody", path);
}
