import { command, type Context } from "../../command.ts";
import { askedClient, askedPane, paneArgs, requireTmux } from "../../tmux/asked.ts";
import { reportingTo } from "../../tmux/message.ts";
import { showInPopup } from "../../tmux/show.ts";

export const show = (context: Context) =>
  command(context, {
    meta: { name: "show", description: "What the words after -- print, in a popup until a key", hidden: true },
    args: paneArgs,
    rest: true,
    async run({ args }) {
      const { system, rest = [] } = context;
      const tmux = requireTmux(system);
      await reportingTo({ tmux, client: args.client }, async () => {
        const pane = await askedPane(system, tmux, args.pane);
        await showInPopup(system, tmux, { pane, client: await askedClient(tmux, pane, args.client), words: rest });
      });
    },
  });
