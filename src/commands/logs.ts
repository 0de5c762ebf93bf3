import { command, type Context } from "../cli/command.ts";
import { notACount } from "./errors.ts";
import { renderJson } from "../lib/json.ts";
import { table } from "../lib/table.ts";
import { backendOf } from "../backends/registry.ts";
import { Ledger } from "../ledger/ledger.ts";
import { screenOf } from "../session/background.ts";
import { noSession } from "../inventory/errors.ts";
import { noScreen } from "../session/errors.ts";
import { sessionNamed } from "../inventory/find-session.ts";
import type { System } from "../system/system.ts";
import { bottleHistory } from "../inventory/history.ts";
import { existingBottle, noBottle } from "../inventory/find-bottle.ts";
import { warn } from "../ui/messages.ts";
import { incompleteLog } from "./messages.ts";

export const logs = (context: Context) =>
  command(context, {
    meta: { name: "logs", description: "Show what happened in a bottle: starts, sessions and denied hosts" },
    args: {
      bottle: { type: "positional", required: false, description: "the bottle; defaults to this directory's" },
      screen: { type: "string", valueHint: "SESSION", description: "print the screen of this background session" },
      lines: {
        type: "string",
        alias: "n",
        valueHint: "N",
        description: "print the last N entries only; -n N for short",
      },
      json: { type: "boolean", description: "print JSON" },
    },
    examples: [
      ["claude-bottle logs", "show this directory's bottle, newest last"],
      ["claude-bottle logs --screen 92a", "what a background session shows"],
      ["claude-bottle logs --json", "print the same for a program"],
    ],
    async run({ args }) {
      const { system } = context;
      if (args.screen !== undefined) return system.out(await screenText(system, args.screen));
      const last = countOf(args.lines);
      const plan = await existingBottle(system, args.bottle);
      if (!plan) return noBottle(system);
      const { entries: all, complaint } = await bottleHistory(system, plan);
      const entries = all.slice(-last);
      if (args.json) {
        system.out(renderJson(entries.map(({ at, what }) => ({ at: new Date(at).toISOString(), what }))));
      } else system.out(table(entries.map(({ at, what }) => [localTime(at), what])));
      if (complaint !== undefined) warn(system, incompleteLog(plan.backend, complaint));
    },
  });

function countOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  const count = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
  if (count === undefined) throw notACount("lines", text);
  return count;
}

/** The size of Claude Code's own pseudo-terminal until a client attaches. */
const usualSize = { rows: 50, columns: 200 };

async function screenText(system: System, word: string): Promise<string> {
  using ledger = new Ledger(system);
  const session = await sessionNamed(system, ledger, word);
  if (!session) throw noSession(word, []);
  const plan = ledger.bottle(session.bottle)?.plan;
  const backend = plan && (await backendOf(system, plan.backend));
  const bytes = backend && session.isBackground ? await screenOf({ system, backend }, plan, session.id) : undefined;
  if (bytes === undefined) throw noScreen(session.id);
  const { renderScreen } = await import("../terminal/screen.ts");
  return renderScreen(bytes, usualSize);
}

/** `2026-11-24 23:10:02`, local time. */
function localTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}
