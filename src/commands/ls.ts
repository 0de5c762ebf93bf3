import { command, type Context } from "../command.ts";
import { shortDuration } from "../lib/duration.ts";
import { printable } from "../lib/quote.ts";
import { table } from "../lib/table.ts";
import { listBottles } from "../session/inventory.ts";

export const ls = (context: Context) =>
  command(context, {
    meta: { name: "ls", description: "List the bottles: what they belong to, whether they run, and who works in them" },
    args: { json: { type: "boolean", description: "as JSON" } },
    examples: [
      ["claude-bottle ls", "the bottles, their state and sessions"],
      ["claude-bottle ls --json", "the same, for a program"],
    ],
    async run({ args }) {
      const { system } = context;
      const { bottles, complaints } = await listBottles(system);
      for (const complaint of complaints) system.err(`claude-bottle: ${complaint}\n`);
      if (args.json) return system.out(`${JSON.stringify(bottles, null, 2)}\n`);
      if (bottles.length === 0)
        return system.err("claude-bottle: there are no bottles; claude-bottle run makes one for this directory\n");
      const rows = bottles.map(({ name, backend, isolation, state, sessions, madeAt, directory }) => [
        name,
        backend,
        isolation,
        state,
        String(sessions.length),
        madeAt === undefined ? "-" : shortDuration(system.now() - madeAt),
        printable(directory),
      ]);
      system.out(table([["BOTTLE", "BACKEND", "ISOLATION", "STATE", "SESSIONS", "AGE", "DIRECTORY"], ...rows]));
    },
  });
