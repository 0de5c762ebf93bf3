import { command, type Context } from "../cli/command.ts";
import { stopBottle, stopLines } from "../bottle/stop.ts";
import { onlySession, stopSession } from "../session/stop.ts";
import { existingBottle, noBottle } from "../inventory/find-bottle.ts";

export const stop = (context: Context) =>
  command(context, {
    meta: {
      name: "stop",
      description:
        "Stop a bottle or one session; files and conversations stay, and the next session starts the bottle again",
    },
    args: {
      bottle: {
        type: "positional",
        required: false,
        description: "the bottle, or a session; defaults to this directory's bottle",
      },
      force: { type: "boolean", description: "stop it even if sessions run in it" },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      ["claude-bottle stop", "stop this directory's bottle"],
      ["claude-bottle stop 92a", "stop the session whose number begins with 92a"],
      ["claude-bottle stop --dry-run", "print the command that would stop it"],
    ],
    async run({ args }) {
      const { system } = context;
      const session = args.bottle === undefined ? undefined : await onlySession(system, args.bottle);
      if (session) return await stopSession(system, session, { dryRun: args["dry-run"] ?? false });
      const plan = await existingBottle(system, args.bottle);
      if (!plan) return noBottle(system);
      const options = { force: args.force ?? false };
      if (args["dry-run"])
        return system.out((await stopLines(system, plan, options)).map((line) => `${line}\n`).join(""));
      if (!(await stopBottle(system, plan, options))) noBottle(system);
    },
  });
