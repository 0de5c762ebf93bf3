import { evenWithoutLedger } from "../bottle/without-ledger.ts";
import { command, type Context } from "../cli/command.ts";
import { exitCode } from "../errors.ts";
import { renderJson } from "../lib/json.ts";
import { table } from "../lib/table.ts";
import { findLeftovers } from "../inventory/leftovers.ts";
import { inform, warn } from "../ui/messages.ts";
import { howToRemove, keptByHand, keptInUse, nothingToRemove } from "./messages.ts";

export const gc = (context: Context) =>
  command(context, {
    meta: { name: "gc", description: "List leftover machines, images and files; --yes removes them" },
    args: {
      yes: { type: "boolean", description: "remove what is listed" },
      json: { type: "boolean", description: "print JSON" },
    },
    examples: [
      ["claude-bottle gc", "list leftover machines, images, directories, locks and processes"],
      ["claude-bottle gc --yes", "remove them"],
    ],
    run({ args }) {
      const { system } = context;
      return evenWithoutLedger(system, async () => {
        const found = await findLeftovers(system);
        const shown = found.map(({ kind, name, why, how }) => ({ kind, name, why, how }));
        if (args.json) system.out(renderJson(shown));
      else if (found.length === 0) return inform(system, nothingToRemove);
      else
        system.out(table([["WHAT", "NAME", "WHY", "HOW"], ...shown.map(({ kind, name, why, how }) => [kind, name, why, how])])); // prettier-ignore
        if (!args.yes) return found.length > 0 && inform(system, howToRemove);
        for (const { kind, name, how, isByHand, remove } of found) {
          // The directory may be on a disk that is not mounted now.
          if (isByHand) {
            inform(system, keptByHand(kind, name, how));
            continue;
          }
          if (await remove()) continue;
          warn(system, keptInUse(kind, name));
          context.exit(exitCode.failed);
        }
      });
    },
  });
