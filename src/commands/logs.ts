import { command, type Context } from "../cli/command.ts";
import { renderJson } from "../lib/json.ts";
import { table } from "../lib/table.ts";
import { localTime } from "../lib/time.ts";
import { bottleHistory } from "../inventory/history.ts";
import { existingBottle, noBottle } from "../session/target.ts";
import { warn } from "../ui/messages.ts";

export const logs = (context: Context) =>
  command(context, {
    meta: { name: "logs", description: "Show what happened in a bottle: starts, sessions and denied hosts" },
    args: {
      bottle: { type: "positional", required: false, description: "the bottle; defaults to this directory's" },
      json: { type: "boolean", description: "print JSON" },
    },
    examples: [
      ["claude-bottle logs", "show this directory's bottle, newest last"],
      ["claude-bottle logs --json", "print the same for a program"],
    ],
    async run({ args }) {
      const { system } = context;
      const plan = await existingBottle(system, args.bottle);
      if (!plan) return noBottle(system);
      const { entries, complaint } = await bottleHistory(system, plan);
      if (args.json) {
        const all = entries.map(({ at, what }) => ({ at: new Date(at).toISOString(), what }));
        system.out(renderJson(all));
      } else system.out(table(entries.map(({ at, what }) => [localTime(at), what])));
      if (complaint !== undefined) warn(system, `${plan.backend}: ${complaint}`);
    },
  });
