import { command, type Context } from "../../cli/command.ts";
import { renderJson } from "../../lib/json.ts";
import { printStatus } from "../../tmux/pane/status-line.ts";

export const status = (context: Context) =>
  command(context, {
    meta: { name: "status", description: "Print a short segment for status-right: the bottles with sessions" },
    examples: [
      ["claude-bottle tmux status", "as in: set -g status-right '#(claude-bottle tmux status)'"],
      ["claude-bottle tmux status --json", "print the same for a program"],
    ],
    args: { json: { type: "boolean", description: "print JSON" } },
    async run({ args }) {
      await printStatus(context.system, args.json ? renderJson : undefined);
    },
  });
