import { backendOf } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { exitCode, UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { printable } from "../lib/quote.ts";
import { bringUp } from "../bottle/bring-up.ts";
import { syncProject } from "../sync/sync.ts";
import { findTarget } from "../session/target.ts";
import { enumerate, warnConflicts } from "../sync/travel.ts";

export const sync = (context: Context) =>
  command(context, {
    meta: {
      name: "sync",
      description: "Sync the project with its copy in a bottle on another machine",
    },
    args: {
      bottle: { type: "positional", required: false, description: "the bottle; defaults to this directory's" },
      keep: {
        type: "string",
        valueHint: "SIDE",
        description: "resolve conflicts with the files of this side: host or bottle",
      },
    },
    examples: [
      ["claude-bottle sync", "pull the bottle's changes, and push yours"],
      ["claude-bottle sync --keep bottle", "the same; where both sides changed a file, take the bottle's"],
    ],
    async run({ args }) {
      const { system } = context;
      const kept = sideOf(args.keep);
      const { env: _, ...target } = await findTarget(system, args.bottle);
      const { name } = target.plan;
      const backend = await backendOf(system, target.plan.backend);
      using ledger = new Ledger(system);
      if (!ledger.bottle(name))
        throw new UserError(`there is no bottle "${name}" yet`, { hint: "claude-bottle run makes it" });
      const plan = await bringUp({ system, backend, ledger }, target, { fresh: false });
      if (!plan.copied)
        return system.err(
          `claude-bottle: bottle "${name}" has the project itself; there is nothing to bring together\n`,
        );
      const synced = await syncProject(system, backend, plan, kept);
      if (synced.home.length > 0) system.err(`claude-bottle: home came ${enumerate(synced.home)}\n`);
      if (synced.in.length > 0) system.err(`claude-bottle: into the bottle went ${enumerate(synced.in)}\n`);
      if (synced.special.length > 0)
        system.err(`claude-bottle: not copied, being no files: ${enumerate(synced.special)}\n`);
      warnConflicts(system, synced);
      if (synced.conflicts.length > 0) return context.exit(exitCode.failed);
      system.err(`claude-bottle: the project and bottle "${name}" are the same\n`);
    },
  });

function sideOf(text: string | undefined) {
  const side = (["host", "bottle"] as const).find((known) => known === text);
  if (text === undefined || side) return side;
  throw new UserError(`--keep must be host or bottle, not "${printable(text)}"`, { exitCode: exitCode.usage });
}
