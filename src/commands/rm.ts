import { backendOf } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { Ledger } from "../ledger/ledger.ts";
import { shellLine } from "../lib/quote.ts";
import { runAfterStop } from "../bottle/hooks.ts";
import { assertIdle } from "../bottle/ready.ts";
import { forgetBaseline } from "../sync/baseline.ts";
import { keepClaude } from "../bottle/kept-claude.ts";
import { describeLosses, findLosses, assertNothingLost } from "../bottle/losses.ts";
import { removeBottle } from "../bottle/remove.ts";
import { existingBottle, noBottle } from "../session/target.ts";
import { pullBeforeRemoval } from "../sync/travel.ts";
import { removeLock } from "../system/lock.ts";

export const rm = (context: Context) =>
  command(context, {
    meta: { name: "rm", description: "Remove a bottle; the project's files stay" },
    args: {
      bottle: { type: "positional", required: false, description: "the bottle; defaults to this directory's" },
      force: {
        type: "boolean",
        description: "remove it even if sessions run in it or it holds the only copy of something",
      },
      "keep-claude": { type: "boolean", description: "keep its ~/.claude with the conversations for the next bottle" },
      json: { type: "boolean", description: "with --dry-run, print as JSON what only exists in the bottle" },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      [
        "claude-bottle rm --dry-run --json",
        "list the conversations and files that only exist in this directory's bottle",
      ],
      ["claude-bottle rm", "remove it, unless it holds the only copy of something"],
    ],
    async run({ args }) {
      const { system } = context;
      const dryRun = args["dry-run"] ?? false;
      const plan = await existingBottle(system, args.bottle);
      if (!plan && args.json) system.out("null\n");
      if (!plan) return noBottle(system);
      const backend = await backendOf(system, plan.backend);
      using ledger = new Ledger(system);
      if (!args.force && !dryRun) assertIdle(ledger, plan.name, "rm");
      if (!args.force && !dryRun) await pullBeforeRemoval({ system, backend }, ledger.bottle(plan.name)?.plan);
      const keeps = (args["keep-claude"] ?? false) || (plan.keepsClaude ?? false);
      const losses =
        args.force && !args.json ? undefined : await findLosses(backend, plan, { mayStart: !dryRun, keeps });
      if (args.json) system.out(`${JSON.stringify({ bottle: plan.name, ...losses }, null, 2)}\n`);
      if (dryRun) {
        if (!args.json) for (const argv of backend.explain(plan).remove) system.out(`${shellLine(argv)}\n`);
        const lost = losses
          ? describeLosses(plan, losses)
          : `bottle "${plan.name}" is stopped, so what is only in it is not known`;
        return lost !== undefined && system.err(`claude-bottle: ${lost}\n`);
      }
      if (!args.force && losses) assertNothingLost(plan, losses);
      if (keeps) await keepClaude({ system, backend }, plan);
      await removeBottle({ backend, ledger }, plan.name);
      forgetBaseline(system, plan.name);
      for (const lock of [plan.name, `${plan.name}-copy`]) removeLock(system, lock);
      system.err(`claude-bottle: bottle "${plan.name}" is removed\n`);
      await runAfterStop(system, plan);
    },
  });
