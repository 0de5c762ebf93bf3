import { command, type Context } from "../cli/command.ts";
import { launch } from "../session/launch.ts";
import { findTarget } from "../inventory/find-bottle.ts";

/** bash if the image has it, as a login shell. */
const loginShell = ["/bin/sh", "-c", "command -v bash >/dev/null && exec bash -l; exec sh -l"];

export const shell = (context: Context) =>
  command(context, {
    meta: {
      name: "shell",
      description: "Open a shell in a bottle, or run the command after -- on this terminal",
    },
    args: {
      bottle: { type: "positional", required: false, description: "the bottle; defaults to this directory's" },
      profile: { type: "string", valueHint: "PROFILE", description: "apply this profile from bottle.toml" },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      ["claude-bottle shell", "open a shell in the bottle that Claude works in"],
      ["claude-bottle shell -- git status", "run one command on this terminal"],
    ],
    rest: true,
    async run({ args }) {
      const { system, rest = [] } = context;
      const { env, ...target } = await findTarget(system, args.bottle, args.profile);
      const words = rest.length > 0 ? rest : loginShell;
      context.exit(
        await launch(system, target, {
          kind: "shell",
          terminal: true,
          command: () => words,
          env,
          dryRun: args["dry-run"] ?? false,
        }),
      );
    },
  });
