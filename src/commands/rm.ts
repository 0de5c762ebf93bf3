import { inform } from "../ui/messages.ts";
import { backendOf } from "../backends/registry.ts";
import { command, type Context } from "../cli/command.ts";
import { eachOf } from "../cli/each.ts";
import { describeLosses, findLosses } from "../bottle/losses.ts";
import { evenWithoutLedger } from "../bottle/without-ledger.ts";
import { removalLines, removeBottle } from "../bottle/remove.ts";
import type { Losses } from "../plan/losses.ts";
import { existingBottle, noBottle } from "../inventory/find-bottle.ts";
import { Ledger } from "../ledger/ledger.ts";
import { madeWorktree, undoWorktree } from "../project/made-worktree.ts";
import type { System } from "../system/system.ts";
import { lossesUnknown, worktreeKept, worktreeRemoved } from "./messages.ts";

export const rm = (context: Context) =>
  command(context, {
    meta: { name: "rm", description: "Remove bottles; the project's files stay" },
    many: true,
    args: {
      bottle: { type: "positional", required: false, description: "the bottles; defaults to this directory's" },
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
      const words = args._.length === 0 ? [undefined] : args._;
      await eachOf(context, words, (word) => evenWithoutLedger(system, () => removeOne(system, word, args)));
    },
  });

type Asked = Readonly<Record<"force" | "keep-claude" | "json" | "dry-run", boolean | undefined>>;

async function removeOne(system: System, word: string | undefined, args: Asked): Promise<void> {
  const plan = await existingBottle(system, word);
  if (!plan && args.json) system.out("null\n");
  if (!plan) return noBottle(system);
  const keepClaude = args["keep-claude"] ?? false;
  const show = (losses: Losses | undefined) =>
    system.out(`${JSON.stringify({ bottle: plan.name, ...losses }, null, 2)}\n`);
  const removal = { force: args.force ?? false, keepClaude, onLosses: args.json ? show : undefined };
  if (!args["dry-run"]) {
    if (!(await removeBottle(system, plan, removal))) return noBottle(system);
    // The ledger says whether another bottle is in the worktree.
    return Ledger.isInMemory ? undefined : await undoOwnWorktree(system, plan.directory);
  }
  const keeps = keepClaude || (plan.keepsClaude ?? false);
  const backend = await backendOf(system, plan.backend);
  const losses = args.force && !args.json ? undefined : await findLosses(backend, plan, { mayStart: false, keeps });
  if (args.json) show(losses);
  else system.out((await removalLines(system, plan, removal)).map((line) => `${line}\n`).join(""));
  const lost = losses ? describeLosses(plan, losses) : lossesUnknown(plan.name);
  if (lost !== undefined) inform(system, lost);
}

/** Removes the worktree of `run --worktree` with its last bottle, unless something exists only there. */
async function undoOwnWorktree(system: System, directory: string): Promise<void> {
  const made = madeWorktree(system, directory);
  if (!made) return;
  {
    using ledger = new Ledger(system);
    if (ledger.bottles().some(({ plan }) => plan.directory === directory)) return;
  }
  const { removed, left } = await undoWorktree(system, made);
  if (removed) inform(system, worktreeRemoved(directory, made.branch));
  else inform(system, worktreeKept(directory, made.branch, left));
}
