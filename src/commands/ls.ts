import { command, type Context } from "../command.ts";
import { shortDuration } from "../lib/duration.ts";
import { printable } from "../lib/quote.ts";
import { table } from "../lib/table.ts";
import { deniedHosts } from "../session/denied.ts";
import { listBottles } from "../session/inventory.ts";
import type { System } from "../system/system.ts";

export const ls = (context: Context) =>
  command(context, {
    meta: { name: "ls", description: "List the bottles: what they belong to, whether they run, and who works in them" },
    args: {
      json: { type: "boolean", description: "as JSON" },
      denied: { type: "boolean", description: "what the bottles wanted to reach and may not, the newest last" },
    },
    examples: [
      ["claude-bottle ls", "the bottles, their state and sessions"],
      ["claude-bottle ls --json", "the same, for a program"],
    ],
    async run({ args }) {
      const { system } = context;
      if (args.denied) return await listDenied(system, args.json ?? false);
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

async function listDenied(system: System, asJson: boolean): Promise<void> {
  const denied = await deniedHosts(system);
  if (asJson) return system.out(`${JSON.stringify(denied, null, 2)}\n`);
  if (denied.length === 0) return system.err("claude-bottle: nothing was denied\n");
  const rows = denied.map(({ bottle, target, times, last }) => [bottle, printable(target), String(times), last]);
  system.out(table([["BOTTLE", "DENIED", "TIMES", "LAST"], ...rows]));
  system.err("claude-bottle: claude-bottle allow HOST opens one\n");
}
