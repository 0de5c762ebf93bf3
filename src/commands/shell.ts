import { command, type Context } from "../cli/command.ts";
import { launch } from "../session/launch.ts";
import { findTarget } from "../session/target.ts";

/** bash where the image has it, as a login shell. */
const loginShell = ["/bin/sh", "-c", "command -v bash >/dev/null && exec bash -l; exec sh -l"];

export const shell = (context: Context) =>
  command(context, {
    meta: {
      name: "shell",
      description: "Open a shell in a bottle, as the same user, in the same directory; words after -- are run instead",
    },
    args: {
      bottle: { type: "positional", required: false, description: "its name; this directory's bottle without one" },
      profile: { type: "string", valueHint: "PROFILE", description: "with that profile of the manifest on top" },
      "dry-run": { type: "boolean", description: "print the commands, one a line, and run none" },
    },
    examples: [
      ["claude-bottle shell", "a shell beside the agent, in the same bottle"],
      ["claude-bottle shell -- git status", "that command on this terminal, instead of a shell"],
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
