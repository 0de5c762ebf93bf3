import { command, type Context } from "../../cli/command.ts";
import { install as installBindings } from "../../tmux/config/install.ts";
import { Tmux } from "../../tmux/tmux.ts";

const key = (what: string, key: string) =>
  ({
    type: "string",
    valueHint: "KEY",
    description: `the key after the prefix for ${what}; defaults to ${key}, none binds nothing`,
  }) as const;

export const install = (context: Context) =>
  command(context, {
    meta: { name: "install", description: "Add key bindings to tmux's configuration and to its running server" },
    examples: [
      ["claude-bottle tmux install --dry-run", "show the change and the file"],
      ["claude-bottle tmux install --yes --menu-key Y", "do not ask, and bind the menu to another key"],
    ],
    args: {
      file: {
        type: "string",
        valueHint: "FILE",
        description: "the configuration to change; defaults to the one that tmux reads",
      },
      "open-key": key("Claude", "b"),
      "shell-key": key("a shell", "e"),
      "menu-key": key("the menu", "B"),
      "dashboard-key": key("the dashboard", "A"),
      "next-key": key("the next session that waits", "W"),
      "paste-key": key("pasting a picture", "P"),
      options: { type: "boolean", description: "also set the tmux options that Claude Code works better with" },
      yes: { type: "boolean", description: "do not ask" },
      "dry-run": { type: "boolean", description: "print the change without making it" },
    },
    async run({ args }) {
      const { system } = context;
      const asked = {
        open: args["open-key"],
        shell: args["shell-key"],
        menu: args["menu-key"],
        dashboard: args["dashboard-key"],
        next: args["next-key"],
        paste: args["paste-key"],
      };
      const keys = Object.fromEntries(Object.entries(asked).filter(([, chosen]) => chosen !== undefined));
      await installBindings(system, Tmux.connect(system), {
        file: args.file,
        keys,
        options: args.options ?? false,
        yes: args.yes ?? false,
        dryRun: args["dry-run"] ?? false,
      });
    },
  });
