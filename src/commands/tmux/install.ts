import { command, type Context } from "../../cli/command.ts";
import { type Action, actionNames, actions } from "../../tmux/config/bindings.ts";
import { install as installBindings } from "../../tmux/config/install.ts";
import { Tmux } from "../../tmux/tmux.ts";

const keyOption = (action: Action) =>
  ({
    type: "string",
    valueHint: "KEY",
    description: `the key after the prefix for ${actions[action].opens}; defaults to ${actions[action].key}, none binds nothing`,
  }) as const;

const keyOptions = Object.fromEntries(actionNames.map((action) => [`${action}-key`, keyOption(action)])) as Record<
  `${Action}-key`,
  ReturnType<typeof keyOption>
>;

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
      ...keyOptions,
      options: { type: "boolean", description: "also set the tmux options that Claude Code works better with" },
      yes: { type: "boolean", description: "do not ask" },
      "dry-run": { type: "boolean", description: "print the change without making it" },
    },
    async run({ args }) {
      const { system } = context;
      const keys = Object.fromEntries(
        actionNames.flatMap((action) => {
          const chosen = args[`${action}-key`];
          return chosen === undefined ? [] : [[action, chosen]];
        }),
      );
      await installBindings(system, Tmux.connect(system), {
        file: args.file,
        keys,
        options: args.options ?? false,
        yes: args.yes ?? false,
        dryRun: args["dry-run"] ?? false,
      });
    },
  });
