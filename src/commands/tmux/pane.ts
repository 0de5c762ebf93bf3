import { command, type Context } from "../../command.ts";
import { takeTerminal } from "../../terminal/libc.ts";
import { holdPane, type Ending } from "../../tmux/hold.ts";

export const pane = (context: Context) =>
  command(context, {
    meta: {
      name: "pane",
      description: "What a pane of ours runs: the words after --, held when they fail",
      hidden: true,
    },
    args: {
      directory: { type: "positional", required: true, description: "where to run them" },
      ending: { type: "string", valueHint: "close|key|shell", description: "what comes after a good end" },
    },
    rest: true,
    async run({ args }) {
      const { system, rest = [] } = context;
      context.exit(
        await holdPane(system, {
          directory: args.directory,
          words: rest,
          ending: (args.ending ?? "close") as Ending,
          takeTerminal: () => takeTerminal(0),
        }),
      );
    },
  });
