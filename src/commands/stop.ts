import { command, type Context } from "../cli/command.ts";
import { eachOf } from "../cli/each.ts";
import { evenWithoutLedger } from "../bottle/without-ledger.ts";
import { stopBottle, stopLines } from "../bottle/stop.ts";
import { existingBottle, noBottle, runningBottles } from "../inventory/find-bottle.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { onlySession, stopSession } from "../session/stop.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import { allAndNames } from "./errors.ts";
import { noBottleRunning } from "./messages.ts";

export const stop = (context: Context) =>
  command(context, {
    meta: {
      name: "stop",
      description:
        "Stop bottles or single sessions; files and conversations stay, and the next session starts the bottle again",
    },
    many: true,
    args: {
      bottle: {
        type: "positional",
        required: false,
        description: "bottles or sessions; defaults to this directory's bottle",
      },
      all: { type: "boolean", description: "stop every bottle that runs" },
      force: { type: "boolean", description: "stop it even if sessions run in it" },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      ["claude-bottle stop", "stop this directory's bottle"],
      ["claude-bottle stop 92a", "stop the session whose number begins with 92a"],
      ["claude-bottle stop --dry-run", "print the command that would stop it"],
      ["claude-bottle stop --all", "stop every bottle in which nothing runs"],
    ],
    async run({ args }) {
      const { system } = context;
      const options = { force: args.force ?? false, dryRun: args["dry-run"] ?? false };
      const words = args._;
      if (args.all && words.length > 0) throw allAndNames();
      if (args.all) {
        const plans = await runningBottles(system);
        if (plans.length === 0) inform(system, noBottleRunning);
        return await eachOf(context, plans, (plan) => stopOne(system, plan, options));
      }
      if (words.length === 0) {
        return await evenWithoutLedger(system, async () => {
          const plan = await existingBottle(system, undefined);
          return plan ? await stopOne(system, plan, options) : noBottle(system);
        });
      }
      await eachOf(context, words, (word) =>
        evenWithoutLedger(system, async () => {
          const session = await onlySession(system, word);
          if (session) return await stopSession(system, session, options);
          const plan = await existingBottle(system, word);
          if (plan) await stopOne(system, plan, options);
        }),
      );
    },
  });

async function stopOne(
  system: System,
  plan: BottlePlan,
  { dryRun, force }: { readonly dryRun: boolean; readonly force: boolean },
): Promise<void> {
  if (dryRun) return system.out((await stopLines(system, plan, { force })).map((line) => `${line}\n`).join(""));
  if (!(await stopBottle(system, plan, { force }))) noBottle(system);
}
