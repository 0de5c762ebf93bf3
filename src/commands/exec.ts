import { command, type Context } from "../cli/command.ts";
import { exitCode, UserError } from "../errors.ts";
import { launch } from "../session/launch.ts";
import { findTarget } from "../session/target.ts";

export const exec = (context: Context) =>
  command(context, {
    meta: {
      name: "exec",
      description:
        "Run the words after -- in a bottle without a terminal: its bytes and exit status are the command's own",
    },
    args: {
      bottle: { type: "positional", required: false, description: "its name; this directory's bottle without one" },
      profile: { type: "string", valueHint: "PROFILE", description: "with that profile of the manifest on top" },
      "dry-run": { type: "boolean", description: "print the commands, one a line, and run none" },
    },
    examples: [
      ["claude-bottle exec -- git status --short", "what git says in the bottle, byte by byte"],
      ["echo 1 2 | claude-bottle exec -- wc -w", "with this stdin, and the command's own exit status"],
    ],
    rest: true,
    async run({ args }) {
      const { system, rest = [] } = context;
      if (rest.length === 0)
        throw new UserError("no command to run in the bottle", {
          exitCode: exitCode.usage,
          hint: "put it after --, as in: claude-bottle exec -- git status",
        });
      const { env, ...target } = await findTarget(system, args.bottle, args.profile);
      context.exit(
        await launch(system, target, {
          kind: "exec",
          terminal: false,
          command: () => rest,
          env,
          dryRun: args["dry-run"] ?? false,
        }),
      );
    },
  });
