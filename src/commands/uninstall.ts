import installScript from "../../install.sh" with { type: "text" };
import { command, type Context } from "../cli/command.ts";
import { installedPrefix } from "../system/installation.ts";
import { purge, refuseSessions } from "../inventory/purge.ts";

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
      // A key that starts what is gone would be worse than none; where tmux was never set up there is nothing to take out.
      if (!dryRun) await system.run([...system.self, "tmux", "uninstall", "--yes"]);
      if (args.purge) await purge(system, { dryRun });
      const words = ["--uninstall", "--prefix", prefix, ...(dryRun ? ["--dry-run"] : [])];
      context.exit((await system.attach(["/bin/sh", "-c", installScript, "install.sh", ...words])).code);
    },
  });
