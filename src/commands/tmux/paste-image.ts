import { command, type Context } from "../../cli/command.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { aboutPane, paneArgs } from "../../tmux/pane/target-pane.ts";
import { pasteImage as paste } from "../../tmux/pane/paste.ts";

export const pasteImage = (context: Context) =>
  command(context, {
    meta: {
      name: "paste-image",
      description: "Copy the clipboard's picture into a pane's bottle, and type its path there",
    },
    examples: [
      ["claude-bottle tmux paste-image --pane %3", "paste into the bottle in pane %3"],
      [
        "claude-bottle tmux paste-image --pane %3 --client /dev/pts/1",
        "take the picture from the display of that client",
      ],
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
