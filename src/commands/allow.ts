import { command, type Context } from "../cli/command.ts";
import { noBottleToOpen } from "../bottle/errors.ts";
import { checkHost, openHost, writeHost } from "../bottle/allow.ts";
import { findBottle } from "../inventory/find-bottle.ts";
import { inform } from "../ui/messages.ts";
import { exclusive, projectIsHere } from "./errors.ts";
import { hostForNextBottle, hostOpen } from "./messages.ts";

export const allow = (context: Context) =>
  command(context, {
    meta: { name: "allow", description: "Allow a host for this directory's bottle, also while it runs" },
    args: {
      host: {
        type: "positional",
        required: true,
        description: "a host name, a pattern, an address or a range of addresses",
      },
      bottle: { type: "string", valueHint: "BOTTLE", description: "change this bottle instead of this directory's" },
      session: { type: "boolean", description: "allow it for this bottle only (the default)" },
      project: { type: "boolean", description: "allow it for the project: writes it to bottle.toml" },
      always: { type: "boolean", description: "allow it for all your bottles: writes it to your config.toml" },
    },
    examples: [
      ["claude-bottle allow docs.example.org", "let this bottle reach the host"],
      ["claude-bottle allow docs.example.org --project", "let every bottle of the project reach it"],
    ],
    async run({ args }) {
      const { system } = context;
      if ([args.session, args.project, args.always].filter(Boolean).length > 1)
        throw exclusive(["--session", "--project", "--always"]);
      if (args.project && args.bottle !== undefined) throw projectIsHere();
      const host = checkHost(args.host);
      const plan = await findBottle(system, args.bottle);
      const reach = args.project ? "project" : args.always ? "always" : "session";
      const file = reach === "session" ? undefined : await writeHost(system, host, reach);
      const isThere = await openHost(system, plan.name, host, { reach, file });
      if (!isThere && file === undefined) throw noBottleToOpen(plan.directory, host);
      if (!isThere) return inform(system, hostForNextBottle(host, file));
      inform(system, hostOpen(plan.name, host, file));
    },
  });
