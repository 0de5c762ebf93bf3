import { command, type Context } from "../../cli/command.ts";
import { aboutPane, askedClient, paneArgs } from "../../tmux/pane/target-pane.ts";
import { showWords } from "../../tmux/pane/output-pane.ts";

export const show = (context: Context) =>
  command(context, {
    meta: { name: "show", description: "Show the output of the command after --, until a key", hidden: true },
    args: {
      ...paneArgs,
      window: { type: "string", valueHint: "NAME", description: "use a window of this name, not a popup" },
    },
    rest: true,
    async run({ args }) {
      const { system, rest = [] } = context;
      await aboutPane(system, args, async (tmux, pane) => {
        const client = await askedClient(tmux, pane, args.client);
        await showWords(system, tmux, { pane, client, window: args.window, words: rest });
      });
    },
  });
