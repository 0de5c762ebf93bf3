import { dirname } from "node:path";
import { UserError } from "../errors.ts";
import { exists, realPath } from "./files.ts";
import type { System } from "./system.ts";

/** The directory that install.sh installed this very program under. Throws UserError where another installer owns it. */
export function installedPrefix(system: System): string {
  const [program = "", script] = system.self;
  if (script !== undefined)
    throw new UserError("this claude-bottle runs from its sources", {
      hint: "in the clone: git pull && sh install.sh --from-source",
    });
  const path = realPath(program) ?? program;
  if (path.includes("/Cellar/"))
    throw new UserError("Homebrew installed this claude-bottle", {
      hint: "brew upgrade, or brew uninstall, claude-bottle",
    });
  if (path.includes("/node_modules/"))
    throw new UserError("npm installed this claude-bottle", { hint: "npm update, or npm uninstall, -g claude-bottle" });
  const prefix = dirname(dirname(path));
  if (path === `${prefix}/bin/claude-bottle` && exists(`${prefix}/lib/claude-bottle/receipt`)) return prefix;
  throw new UserError(`"${path}" was not installed by install.sh`, {
    hint: "replace or remove the file where you put it, or install anew by install.sh",
  });
}
