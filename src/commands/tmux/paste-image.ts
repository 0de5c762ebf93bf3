import { command, type Context } from "../../cli/command.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { aboutPane, paneArgs } from "../../tmux/pane/target-pane.ts";
import { pasteImage as paste } from "../../tmux/pane/paste.ts";

export const pasteImage = (context: Context) =>
  command(context, {
    meta: {
      name: "paste-image",
      description: "Put the clipboard's picture into a pane's bottle, and type its path there",
    },
    examples: [
      ["claude-bottle tmux paste-image --pane %3", "into the bottle that pane %3 shows"],
      ["claude-bottle tmux paste-image --pane %3 --client /dev/pts/1", "from the screen of that client"],
    ],
    args: paneArgs,
    async run({ args }) {
      const { system } = context;
      await aboutPane(system, args, async (tmux, pane) => {
        using ledger = new Ledger(system);
        await paste(system, tmux, ledger, { pane, client: args.client });
      });
    },
  });
