import { backendOf } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { shellLine } from "../lib/quote.ts";
import { stopBottle } from "../bottle/stop.ts";
import { existingBottle, noBottle } from "../session/target.ts";

export const stop = (context: Context) =>
  command(context, {
    meta: { name: "stop", description: "Stop a bottle; its files stay, and the next session starts it again" },
    args: {
      bottle: { type: "positional", required: false, description: "the bottle; defaults to this directory's" },
      force: { type: "boolean", description: "stop it even if sessions run in it" },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      ["claude-bottle stop", "stop this directory's bottle"],
      ["claude-bottle stop --dry-run", "print the command that would stop it"],
    ],
    async run({ args }) {
      const { system } = context;
      const plan = await existingBottle(system, args.bottle);
      if (!plan) return noBottle(system);
      if (args["dry-run"]) {
        const { stop } = (await backendOf(system, plan.backend)).explain(plan);
        return stop.forEach((argv) => system.out(`${shellLine(argv)}\n`));
      }
      if (!(await stopBottle(system, plan, { force: args.force ?? false }))) noBottle(system);
    },
  });
