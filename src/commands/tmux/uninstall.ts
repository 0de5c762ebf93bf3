import { command, type Context } from "../../cli/command.ts";
import { uninstall as uninstallBindings } from "../../tmux/config/install.ts";
import { Tmux } from "../../tmux/tmux.ts";

export const uninstall = (context: Context) =>
  command(context, {
    meta: { name: "uninstall", description: "Take out of tmux's configuration what install wrote, to the byte" },
    examples: [
      ["claude-bottle tmux uninstall --dry-run", "what would be taken out"],
      ["claude-bottle tmux uninstall --yes", "without a question"],
    ],
    args: {
      file: { type: "string", valueHint: "FILE", description: "the configuration; the one that this tmux reads" },
      yes: { type: "boolean", description: "without a question" },
      "dry-run": { type: "boolean", description: "print the change, and make none" },
    },
    async run({ args }) {
      const { system } = context;
      await uninstallBindings(system, Tmux.connect(system), {
        file: args.file,
        yes: args.yes ?? false,
        dryRun: args["dry-run"] ?? false,
      });
    },
  });
