import { command, type Context } from "../../cli/command.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { renderJson } from "../../lib/json.ts";
import { renderStatus, workingBottles } from "../../tmux/pane/status.ts";

export const status = (context: Context) =>
  command(context, {
    meta: { name: "status", description: "Print a short segment for status-right: the bottles with sessions" },
    examples: [
      ["claude-bottle tmux status", "as in: set -g status-right '#(claude-bottle tmux status)'"],
      ["claude-bottle tmux status --json", "print the same for a program"],
    ],
    args: { json: { type: "boolean", description: "print JSON" } },
    run({ args }) {
      const { system } = context;
      using ledger = new Ledger(system);
      const working = workingBottles(ledger);
      if (args.json) return system.out(renderJson(working));
      const text = renderStatus(working);
      system.out(text && `${text}\n`);
    },
  });
