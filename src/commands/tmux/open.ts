import { command, type Context } from "../../cli/command.ts";
import { shellLine } from "../../lib/quote.ts";
import type { Place } from "../../tmux/argv.ts";
import { reportingTo, tell } from "../../tmux/pane/message.ts";
import { openBeside, sessionWords, startBeside } from "../../tmux/pane/open.ts";
import { askedPane, ownPane, paneArgs, requireTmux } from "../../tmux/pane/target-pane.ts";
import { Tmux } from "../../tmux/tmux.ts";
import { wrongValue, exclusive, hostTakesNothing, noTmux } from "../errors.ts";
import { runsInBackground } from "../messages.ts";

export const open = (context: Context) =>
  command(context, {
    meta: {
      name: "open",
      description: "Open Claude beside a pane, in the bottle of the pane's directory",
    },
    args: {
      split: { type: "string", valueHint: "right|below", description: "the side of the pane; defaults to right" },
      window: { type: "boolean", description: "open a new window" },
      popup: { type: "boolean", description: "open a popup, which ends with its client" },
      here: { type: "boolean", description: "use this pane, in place of its shell" },
      shell: { type: "boolean", description: "open a shell in the bottle, or run the command after --" },
      dashboard: { type: "boolean", description: "open the dashboard of all bottles" },
      host: { type: "boolean", description: "open your own shell, outside the bottle" },
      background: { type: "boolean", description: "start Claude without a pane, and print its number" },
      agent: { type: "string", valueHint: "AGENT", description: "the agent of bottle.toml to start" },
      ...paneArgs,
      "dry-run": { type: "boolean", description: "print the command without running it" },
    },
    examples: [
      ["claude-bottle tmux open --split below", "open Claude below this pane"],
      ["claude-bottle tmux open --shell --window", "open a shell of the bottle in a new window"],
      ["claude-bottle tmux open --dashboard --popup", "open the dashboard over this pane"],
    ],
    rest: "Claude",
    async run({ args }) {
      const { system, rest = [] } = context;
      const place = placeOf(args);
      const what = whatOf(args);
      const background = args.background ?? false;
      if (what === "host" && rest.length > 0) throw hostTakesNothing();
      const dryRun = args["dry-run"] ?? false;
      const tmux = args.pane === undefined ? Tmux.connect(system) : requireTmux(system);
      await reportingTo({ tmux, client: args.client }, async () => {
        const own = tmux && args.pane === undefined ? await ownPane(system, tmux) : undefined;
        if (what !== "host" && (!tmux || (place === "here" && own !== undefined))) {
          const argv = [...system.self, ...sessionWords({ what, agent: args.agent, rest, background })];
          if (dryRun) return system.out(`${shellLine(argv)}\n`);
          return context.exit((await system.attach(argv)).code);
        }
        if (!tmux) throw noTmux();
        const pane = own ?? (await askedPane(system, tmux, args.pane));
        const { client, agent } = args;
        if (background) {
          const id = await startBeside(system, tmux, { pane, agent, rest, dryRun });
          if (id === undefined) return;
          if (client === undefined) return system.out(`${id}\n`);
          return await tell(tmux, client, runsInBackground(id));
        }
        await openBeside(system, tmux, { pane, client, place, what, agent, rest, dryRun });
      });
    },
  });

type Flag = boolean | undefined;

type PlaceArgs = { split?: string | undefined; window?: Flag; popup?: Flag; here?: Flag; background?: Flag };

function placeOf(args: PlaceArgs): Place {
  const asked = (["window", "popup", "here"] as const).filter((place) => args[place]);
  const count = asked.length + (args.split === undefined ? 0 : 1) + (args.background ? 1 : 0);
  if (count > 1) throw exclusive(["--split", "--window", "--popup", "--here", "--background"]);
  const place = asked[0] ?? args.split ?? "right";
  if (place === "right" || place === "below" || asked[0]) return place as Place;
  throw wrongValue("split", ["right", "below"], place);
}

type What = "agent" | "shell" | "dashboard" | "host";

type WhatArgs = { shell?: Flag; dashboard?: Flag; host?: Flag; agent?: string | undefined; background?: Flag };

function whatOf(args: WhatArgs): What {
  const asked = [
    args.shell && "--shell",
    args.dashboard && "--dashboard",
    args.host && "--host",
    (args.background && "--background") || (args.agent !== undefined && "--agent"),
  ].filter((flag) => typeof flag === "string");
  if (asked.length > 1) throw exclusive(asked);
  return args.shell ? "shell" : args.dashboard ? "dashboard" : args.host ? "host" : "agent";
}
