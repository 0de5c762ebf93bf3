import { command, type Context } from "../../command.ts";
import { enterFolder } from "../../system/files.ts";
import { holdPane } from "../../tmux/hold.ts";

export const pane = (context: Context) =>
  command(context, {
    meta: {
      name: "pane",
      description: "What a pane of ours runs: the words after --, held when they fail",
      hidden: true,
    },
    args: { directory: { type: "positional", required: true, description: "where to run them" } },
    rest: true,
    async run({ args }) {
      const { system, rest = [] } = context;
      enterFolder(args.directory);
      context.exit(await holdPane(system, args.directory, rest));
    },
  });
