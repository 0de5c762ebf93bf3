import { command, type Context } from "../../command.ts";
import { aboutPane, askedClient, paneArgs } from "../../tmux/asked.ts";
import { showInPopup } from "../../tmux/show.ts";

export const show = (context: Context) =>
  command(context, {
    meta: { name: "show", description: "What the words after -- print, in a popup until a key", hidden: true },
    args: paneArgs,
    rest: true,
    async run({ args }) {
      const { system, rest = [] } = context;
      await aboutPane(system, args, async (tmux, pane) => {
        const client = await askedClient(tmux, pane, args.client);
        await showInPopup(system, tmux, { pane, client, words: rest });
      });
    },
  });
