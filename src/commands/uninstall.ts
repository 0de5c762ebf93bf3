import installScript from "../../install.sh" with { type: "text" };
import { command, type Context } from "../cli/command.ts";
import { installedPrefix } from "../system/installation.ts";
import { purge, refuseSessions } from "../inventory/purge.ts";

export const uninstall = (context: Context) =>
  command(context, {
    meta: {
      name: "uninstall",
      description: "Remove this program; bottles, the ledger and your settings stay without --purge",
    },
    args: {
      purge: {
        type: "boolean",
        description: "also every bottle, our images, the ledger, kept credentials and your settings",
      },
      "dry-run": { type: "boolean", description: "say what would be removed, and remove nothing" },
    },
    examples: [
      ["claude-bottle uninstall --dry-run", "the files that would go"],
      ["claude-bottle uninstall --purge --dry-run", "the bottles and all of our directories too"],
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
