import { command, type Context } from "../cli/command.ts";
import { exitCode, UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { checkHost, openHost, writeHost } from "../bottle/allow.ts";
import { findBottle } from "../session/target.ts";

export const allow = (context: Context) =>
  command(context, {
    meta: { name: "allow", description: "Open a host to this directory's bottle, at once where it runs" },
    args: {
      host: { type: "positional", required: true, description: "a name, a pattern, an address or a range" },
      bottle: { type: "string", valueHint: "BOTTLE", description: "another bottle, by its name" },
      session: { type: "boolean", description: "for this bottle alone (without any of the three)" },
      project: { type: "boolean", description: "for the project: written into bottle.toml" },
      always: { type: "boolean", description: "for all your bottles: written into your own config.toml" },
    },
    examples: [
      ["claude-bottle allow docs.example.org", "this bottle may reach it from now on"],
      ["claude-bottle allow docs.example.org --project", "so may every bottle of the project"],
    ],
    async run({ args }) {
      const { system } = context;
      if ([args.session, args.project, args.always].filter(Boolean).length > 1)
        throw new UserError("--session, --project and --always exclude each other", { exitCode: exitCode.usage });
      if (args.project && args.bottle !== undefined)
        throw new UserError("--project is for this directory, and --bottle names another", {
          exitCode: exitCode.usage,
        });
      const host = checkHost(args.host);
      const plan = await findBottle(system, args.bottle);
      const reach = args.project ? "project" : args.always ? "always" : "session";
      const file = reach === "session" ? undefined : await writeHost(system, host, reach);
      await openHost(system, plan.name, host, { reach, file });
      system.err(
        `claude-bottle: bottle "${plan.name}" may reach "${host}"${file ? `, by "${printable(file)}"` : ""}\n`,
      );
    },
  });
