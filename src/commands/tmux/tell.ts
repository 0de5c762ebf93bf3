import { listSessions } from "../../activity/sessions.ts";
import { command, type Context } from "../../cli/command.ts";
import { Ledger } from "../../ledger/ledger.ts";
import { tellSessions } from "../../tmux/pane/tell.ts";
import { Tmux } from "../../tmux/tmux.ts";

/** pty-resize runs this when a session of its bottle has changed. */
export const tell = (context: Context) =>
  command(context, {
    meta: { name: "tell", description: "Notify about sessions that have begun to wait", hidden: true },
    args: {},
    async run() {
      const { system } = context;
      const tmux = Tmux.connect(system);
      if (!tmux) return;
      using ledger = new Ledger(system);
      await tellSessions(system, tmux, ledger, await listSessions(system, ledger, { poll: false }));
    },
  });
