import { command, type Context } from "../cli/command.ts";
import { bottleName } from "../plan/name.ts";
import { findProject } from "../project/project.ts";
import { notOnTerminal } from "../session/errors.ts";
import { attachable } from "../inventory/find-session.ts";
import { launch } from "../session/launch.ts";
import { findTarget } from "../inventory/find-bottle.ts";

export const attach = (context: Context) =>
  command(context, {
    meta: {
      name: "attach",
      description: "Bring a background session to this terminal; Ctrl-Z leaves it running",
    },
    args: {
      session: {
        type: "positional",
        required: false,
        description: "a session, or a bottle for its most urgent one; defaults to this directory's bottle",
      },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      ["claude-bottle attach", "the background session of this directory that needs you most"],
      ["claude-bottle attach 92a", "the session whose number begins with 92a"],
    ],
    async run({ args }) {
      const { system } = context;
      const here = args.session === undefined ? bottleName(findProject(system).directory, system.user.uid) : undefined;
      const session = await attachable(system, args.session, here);
      if (!args["dry-run"] && !(system.isTty.stdin && system.isTty.stdout)) throw notOnTerminal(session.id);
      const { env, ...target } = await findTarget(system, session.bottle);
      context.exit(
        await launch(system, target, {
          kind: "attach",
          terminal: true,
          command: () => ["claude", "attach", session.id],
          env,
          shows: session.id,
          dryRun: args["dry-run"] ?? false,
        }),
      );
    },
  });
