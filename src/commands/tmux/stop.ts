import { command, type Context } from "../../cli/command.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { aboutPane, paneArgs } from "../../tmux/pane/target-pane.ts";
import { stopShown } from "../../tmux/pane/stop.ts";

export const stop = (context: Context) =>
  command(context, {
    meta: { name: "stop", description: "Stop the bottle of a pane, with its sessions", hidden: true },
    args: { ...paneArgs, restart: { type: "boolean", description: "start the pane's session again" } },
    async run({ args }) {
      const { system } = context;
      await aboutPane(system, args, async (tmux, pane) => {
        using ledger = new Ledger(system);
        await stopShown(system, tmux, ledger, { pane, client: args.client, restart: args.restart ?? false });
      });
    },
  });
