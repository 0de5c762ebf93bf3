import { command, type Context } from "../../cli/command.ts";
import { install as installBindings } from "../../tmux/config/install.ts";
import { Tmux } from "../../tmux/tmux.ts";

const key = (what: string, key: string) =>
  ({ type: "string", valueHint: "KEY", description: `the key after the prefix for ${what}; ${key}, or none` }) as const;

export const install = (context: Context) =>
  command(context, {
    meta: { name: "install", description: "Write key bindings into tmux's configuration, and bind them in its server" },
    examples: [
      ["claude-bottle tmux install --dry-run", "what would be written where"],
      ["claude-bottle tmux install --yes --menu-key Y", "without a question, the menu on another key"],
    ],
    args: {
      file: { type: "string", valueHint: "FILE", description: "the configuration; the one that this tmux reads" },
      "open-key": key("Claude", "b"),
      "shell-key": key("a shell", "e"),
      "menu-key": key("the menu", "B"),
      "paste-key": key("pasting a picture", "P"),
      options: { type: "boolean", description: "also the options that Claude Code is better with" },
      yes: { type: "boolean", description: "without a question" },
      "dry-run": { type: "boolean", description: "print the change, and make none" },
    },
    async run({ args }) {
      const { system } = context;
      const asked = {
        open: args["open-key"],
        shell: args["shell-key"],
        menu: args["menu-key"],
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
