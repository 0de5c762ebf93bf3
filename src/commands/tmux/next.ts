import { command, type Context } from "../../cli/command.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { showNext } from "../../tmux/pane/next.ts";
import { aboutPane, askedClient, paneArgs } from "../../tmux/pane/target-pane.ts";

export const next = (context: Context) =>
  command(context, {
    meta: { name: "next", description: "Show the session that has waited for you longest; again, the next one" },
    examples: [
      ["claude-bottle tmux next", "in the client that shows this pane"],
      ["claude-bottle tmux next --pane %3 --client /dev/pts/1", "in that client, on from the session in pane %3"],
    ],
    args: paneArgs,
    async run({ args }) {
      const { system } = context;
      await aboutPane(system, args, async (tmux, pane) => {
        using ledger = new Ledger(system);
        await showNext(system, tmux, ledger, { pane, client: await askedClient(tmux, pane, args.client) });
      });
    },
  });
