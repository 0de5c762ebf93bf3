import { backendOf } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { exitCode } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { bringUp } from "../bottle/bring-up.ts";
import { syncProject } from "../sync/sync.ts";
import { findTarget } from "../inventory/find-bottle.ts";
import { enumerate, warnConflicts } from "../sync/travel.ts";
import { inform, warn } from "../ui/messages.ts";
import { wrongValue, noBottleYet } from "./errors.ts";
import { inSync, nothingToSync, pulled, pushed, skipped } from "./messages.ts";

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
      if (!ledger.bottle(name)) throw noBottleYet(name);
      const plan = await bringUp({ system, backend, ledger }, target, { fresh: false });
      if (!plan.copied) return inform(system, nothingToSync(name));
      const synced = await syncProject(system, backend, plan, kept);
      if (synced.home.length > 0) inform(system, pulled(enumerate(synced.home)));
      if (synced.in.length > 0) inform(system, pushed(enumerate(synced.in)));
      if (synced.special.length > 0) warn(system, skipped(enumerate(synced.special)));
      warnConflicts(system, synced);
      if (synced.conflicts.length > 0) return context.exit(exitCode.failed);
      inform(system, inSync(name));
    },
  });

function sideOf(text: string | undefined) {
  const side = (["host", "bottle"] as const).find((known) => known === text);
  if (text === undefined || side) return side;
  throw wrongValue("keep", ["host", "bottle"], text);
}
