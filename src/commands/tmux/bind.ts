import { command, type Context } from "../../cli/command.ts";
import { requireTmux } from "../../tmux/pane/target-pane.ts";
import { bind as bindKeys } from "../../tmux/config/install.ts";

export const bind = (context: Context) =>
  command(context, {
    meta: { name: "bind", description: "Bind the keys in the running server, for a plugin manager", hidden: true },
    args: {},
    run: () => bindKeys(context.system, requireTmux(context.system)),
  });
