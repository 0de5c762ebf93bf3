import { command, type Context } from "../../cli/command.ts";
import { uninstall as uninstallBindings } from "../../tmux/config/install.ts";
import { Tmux } from "../../tmux/tmux.ts";

export const uninstall = (context: Context) =>
  command(context, {
    meta: { name: "uninstall", description: "Remove what install added to tmux's configuration" },
    examples: [
      ["claude-bottle tmux uninstall --dry-run", "show the change and the file"],
      ["claude-bottle tmux uninstall --yes", "do not ask"],
    ],
    args: {
      file: {
        type: "string",
        valueHint: "FILE",
        description: "the configuration to change; defaults to the one that tmux reads",
      },
      yes: { type: "boolean", description: "do not ask" },
      "dry-run": { type: "boolean", description: "print the change without making it" },
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
