import type { CommandDef } from "citty";
import type { Context } from "../cli/command.ts";

type Load = () => Promise<CommandDef<never>>;
const load = (make: unknown) => make as CommandDef<never>;

export const tmux = (context: Context) => {
  const verbs: Record<string, Load> = {
    open: () => import("./tmux/open.ts").then((m) => load(m.open(context))),
    menu: () => import("./tmux/menu.ts").then((m) => load(m.menu(context))),
    next: () => import("./tmux/next.ts").then((m) => load(m.next(context))),
    tell: () => import("./tmux/tell.ts").then((m) => load(m.tell(context))),
    install: () => import("./tmux/install.ts").then((m) => load(m.install(context))),
    uninstall: () => import("./tmux/uninstall.ts").then((m) => load(m.uninstall(context))),
    status: () => import("./tmux/status.ts").then((m) => load(m.status(context))),
    "paste-image": () => import("./tmux/paste-image.ts").then((m) => load(m.pasteImage(context))),
    bind: () => import("./tmux/bind.ts").then((m) => load(m.bind(context))),
    stop: () => import("./tmux/stop.ts").then((m) => load(m.stop(context))),
    show: () => import("./tmux/show.ts").then((m) => load(m.show(context))),
  };
  return {
    meta: { name: "tmux", description: "Open Claude and shells in tmux panes, from a key" },
    // No prototype, so that `tmux constructor` is an unknown command.
    subCommands: Object.assign(Object.create(null), verbs) as Record<string, Load>,
  };
};
