import { backendOf } from "../backends/registry.ts";
import { command, type Context } from "../command.ts";
import { Ledger } from "../ledger/ledger.ts";
import { shellLine } from "../lib/quote.ts";
import { refuseBusy } from "../session/bring-up.ts";
import { findBottle } from "../session/target.ts";

export const rm = (context: Context) =>
  command(context, {
    meta: { name: "rm", description: "Remove a bottle and all that is only in it; the project itself stays" },
    args: {
      bottle: { type: "positional", required: false, description: "its name; this directory's bottle without one" },
      force: { type: "boolean", description: "even while sessions run in it" },
      "dry-run": { type: "boolean", description: "print the commands, one a line, and run none" },
    },
    examples: [
      ["claude-bottle rm --dry-run", "the commands that would remove this directory's bottle"],
      ["claude-bottle rm", "run them; the project stays as it is"],
    ],
    async run({ args }) {
      const { system } = context;
      const plan = await findBottle(system, args.bottle);
      const backend = backendOf(system, plan.backend);
      if (args["dry-run"]) return backend.explain(plan).remove.forEach((argv) => system.out(`${shellLine(argv)}\n`));
      using ledger = new Ledger(system);
      if (!args.force) refuseBusy(ledger, plan.name, "rm");
      await backend.remove(plan.name);
      ledger.forgetBottle(plan.name);
      system.err(`claude-bottle: bottle "${plan.name}" is removed\n`);
    },
  });
