import { command, type Context } from "../../cli/command.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { aboutPane, askedClient, paneArgs } from "../../tmux/pane/target-pane.ts";
import { showMenu } from "../../tmux/pane/menu.ts";

export const menu = (context: Context) =>
  command(context, {
    meta: { name: "menu", description: "Show a menu for a pane: shell, second agent, diff, stop and more" },
    examples: [
      ["claude-bottle tmux menu", "show the menu over this pane"],
      ["claude-bottle tmux menu --pane %3 --dry-run", "print the tmux command that shows it over pane %3"],
    ],
    args: { ...paneArgs, "dry-run": { type: "boolean", description: "print the command without running it" } },
    async run({ args }) {
      const { system } = context;
      await aboutPane(system, args, async (tmux, pane) => {
        const client = await askedClient(tmux, pane, args.client);
        using ledger = new Ledger(system);
        await showMenu(system, tmux, ledger, { pane, client, dryRun: args["dry-run"] ?? false });
      });
    },
  });
