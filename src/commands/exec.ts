import { command, type Context } from "../cli/command.ts";
import { execIn } from "../session/exec.ts";
import { noCommand } from "./errors.ts";

export const exec = (context: Context) =>
  command(context, {
    meta: {
      name: "exec",
      description: "Run the command after -- in a bottle, with its own output and exit status",
    },
    args: {
      bottle: { type: "positional", required: false, description: "the bottle; defaults to this directory's" },
      profile: { type: "string", valueHint: "PROFILE", description: "apply this profile from bottle.toml" },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      ["claude-bottle exec -- git status --short", "run git in the bottle"],
      ["echo 1 2 | claude-bottle exec -- wc -w", "pass stdin to it, and get its own exit status"],
    ],
    rest: true,
    async run({ args }) {
      const { system, rest = [] } = context;
      if (rest.length === 0) throw noCommand();
      const { bottle, profile, "dry-run": dryRun } = args;
      context.exit(await execIn(system, { command: rest, bottle, profile, dryRun }));
    },
  });
