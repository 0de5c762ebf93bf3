import { command, type Context } from "../cli/command.ts";
import { exclusive } from "./errors.ts";
import { gatherOnce } from "../dashboard/gather.ts";
import { rowsOf } from "../dashboard/rows.ts";
import { plainText } from "../dashboard/view.ts";
import { renderJson } from "../lib/json.ts";

export const dashboard = (context: Context) =>
  command(context, {
    meta: { name: "dashboard", description: "Show every session of every bottle, and which one waits for you" },
    args: {
      once: { type: "boolean", description: "print the rows as text and exit" },
      json: { type: "boolean", description: "print the rows as JSON and exit" },
      client: { type: "string", valueHint: "CLIENT", description: "the tmux client that shows the dashboard" },
    },
    examples: [
      ["claude-bottle dashboard", "the whole screen, live; ? lists the keys"],
      ["claude-bottle dashboard --once", "the same rows as text, for a script or a screen reader"],
    ],
    async run({ args }) {
      const { system } = context;
      if (args.once && args.json) throw exclusive(["--once", "--json"]);
      const isScreen = system.isTty.stdin && system.isTty.stdout && system.env.TERM !== "dumb";
      if (args.once || args.json || !isScreen) {
        const world = await gatherOnce(system);
        const rows = rowsOf(world, new Map(), "");
        return system.out(args.json ? renderJson(rows) : plainText(world, rows));
      }
      const { runDashboard } = await import("../dashboard/dashboard.ts");
      context.exit(await runDashboard(system, { client: args.client, hasColour: !system.env.NO_COLOR }));
    },
  });
