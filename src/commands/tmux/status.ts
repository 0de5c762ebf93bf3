import { command, type Context } from "../../cli/command.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { renderJson } from "../../lib/json.ts";
import { listSessions } from "../../activity/sessions.ts";
import { renderStatus, workingIn } from "../../tmux/pane/status.ts";
import { Tmux } from "../../tmux/tmux.ts";

export const status = (context: Context) =>
  command(context, {
    meta: { name: "status", description: "Print a short segment for status-right: the bottles with sessions" },
    examples: [
      ["claude-bottle tmux status", "as in: set -g status-right '#(claude-bottle tmux status)'"],
      ["claude-bottle tmux status --json", "print the same for a program"],
    ],
    args: { json: { type: "boolean", description: "print JSON" } },
    async run({ args }) {
      const { system } = context;
      using ledger = new Ledger(system);
      const sessions = await listSessions(system, ledger, { poll: false });
      const working = workingIn(sessions);
      if (args.json) return system.out(renderJson(working));
      const waiting = sessions.filter(({ state }) => state === "waiting").length;
      const text = renderStatus(working, waiting);
      system.out(text && `${text}\n`);
      // tmux calls this every few seconds, so a user without other notifications is notified from here.
      const tmux = sessions.some(({ state }) => state !== "ended" && state !== "idle" && state !== "working")
        ? Tmux.connect(system)
        : undefined;
      if (tmux) await (await import("../../tmux/pane/tell.ts")).tellSessions(system, tmux, ledger, sessions);
    },
  });
