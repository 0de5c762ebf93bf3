import { UserError } from "../../errors.ts";
import { byteName, isLinkMode } from "../../lib/tree-state.ts";
import { HeldDirectory } from "../../system/held-directory.ts";
import type { Binding } from "./pins.ts";
import { linkForDirectory } from "./errors.ts";

/** Makes the directories that are bound into the sandbox, where they are not there. Throws UserError where a link lies on the way to one of them. */
export function makeSources(bindings: readonly Binding[]): void {
  using everything = HeldDirectory.open("/");
  for (const { source, target } of bindings) {
    const name = byteName(source.slice(1));
    const isThere = () => {
      const status = everything.status(name);
      return status !== undefined && !isLinkMode(status.mode);
    };
    if (isThere() || (everything.makeParents(`${name}/x`, 0o700) && isThere())) continue;
    throw linkForDirectory(source, target);
  }
}
