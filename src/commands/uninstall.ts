import installScript from "../../install.sh" with { type: "text" };
import { command, type Context } from "../cli/command.ts";
import { exitCode } from "../errors.ts";
import { purgeNeedsYes } from "../inventory/errors.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import { canAsk, confirm } from "../ui/prompts.ts";
import { installedPrefix } from "../system/installation.ts";
import { purge, refuseSessions } from "../inventory/purge.ts";
import { mayPurge, purgeLoses } from "./messages.ts";

export const uninstall = (context: Context) =>
  command(context, {
    meta: {
      name: "uninstall",
      description: "Remove this program; --purge also removes bottles, records and settings",
    },
    args: {
      purge: {
        type: "boolean",
        description: "also remove every bottle, our images, the ledger, stored credentials and your settings",
      },
      yes: { type: "boolean", description: "with --purge, do not ask" },
      "dry-run": { type: "boolean", description: "list what would be removed, without removing it" },
    },
    examples: [
      ["claude-bottle uninstall --dry-run", "list the files that would go"],
      ["claude-bottle uninstall --purge --dry-run", "list the bottles and directories too"],
    ],
    async run({ args }) {
      const { system } = context;
      const prefix = installedPrefix(system);
      const dryRun = args["dry-run"] ?? false;
      if (!dryRun) refuseSessions(system);
      if (args.purge && !dryRun && !args.yes && !(await isAgreed(system))) return context.exit(exitCode.cancelled);
      // A key that starts a missing program is worse than no key. Skipped if tmux was never set up.
      if (!dryRun) await system.run([...system.self, "tmux", "uninstall", "--yes"]);
      if (args.purge) await purge(system, { dryRun });
      const words = ["--uninstall", "--prefix", prefix, ...(dryRun ? ["--dry-run"] : [])];
      context.exit((await system.attach(["/bin/sh", "-c", installScript, "install.sh", ...words])).code);
    },
  });

/** Files that exist only in the bottles are lost with them. */
async function isAgreed(system: System): Promise<boolean> {
  if (!canAsk(system)) throw purgeNeedsYes();
  await purge(system, { dryRun: true });
  inform(system, purgeLoses);
  return await confirm(mayPurge, { byDefault: false });
}
