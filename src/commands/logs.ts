import { command, type Context } from "../cli/command.ts";
import { renderJson } from "../lib/json.ts";
import { table } from "../lib/table.ts";
import { localTime } from "../lib/time.ts";
import { bottleHistory } from "../inventory/history.ts";
import { existingBottle, noBottle } from "../session/target.ts";

export const logs = (context: Context) =>
  command(context, {
    meta: { name: "logs", description: "What happened to a bottle: its starts, its sessions, and what it was denied" },
    args: {
      bottle: { type: "positional", required: false, description: "its name; this directory's bottle without one" },
      json: { type: "boolean", description: "as JSON" },
    },
    examples: [
      ["claude-bottle logs", "of this directory's bottle, the newest last"],
      ["claude-bottle logs --json", "the same, for a program"],
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
      if (complaint !== undefined) system.err(`claude-bottle: ${plan.backend}: ${complaint}\n`);
    },
  });
