import type { CommandDef } from "citty";
import { command, type Context } from "../cli/command.ts";
import { exitCode } from "../errors.ts";
import { hasColour } from "../ui/messages.ts";
import { yesWithoutFix } from "./errors.ts";

type Load = () => Promise<CommandDef<never>>;

const verbs = (context: Context): Record<string, Load> => ({
  tty: () => import("./doctor/tty.ts").then((m) => m.tty(context) as unknown as CommandDef<never>),
});

export const doctor = (context: Context) => ({
  // No prototype, so that `doctor constructor` is an unexpected argument.
  subCommands: Object.assign(Object.create(null), verbs(context)) as Record<string, Load>,
  ...command(context, {
    meta: { name: "doctor", description: "Check whether a session can start here, and suggest fixes" },
    args: {
      fix: { type: "boolean", description: "show the fixes that lose nothing, and run them" },
      yes: { type: "boolean", description: "with --fix, do not ask" },
      json: { type: "boolean", description: "print JSON" },
    },
    examples: [
      ["claude-bottle doctor", "check whether a session can start here"],
      ["claude-bottle doctor --fix --yes", "run the safe fixes, then check again"],
    ],
    async run({ args }) {
      const { system } = context;
      if (args.yes && !args.fix) throw yesWithoutFix();
      // Imported here because completions load every command.
      const [{ examine, starts }, { applyFixes }, { jsonOf, renderFindings }] = await Promise.all([
        import("../doctor/examine.ts"),
        import("../doctor/fix.ts"),
        import("../doctor/render.ts"),
      ]);
      let examination = await examine(system);
      if (args.fix && (await applyFixes(system, examination.findings, { yes: args.yes ?? false })))
        examination = await examine(system);
      const colour = hasColour(system, "stdout");
      system.out(args.json ? jsonOf(examination) : renderFindings(examination, { colour }));
      context.exit(starts(examination) ? exitCode.ok : exitCode.failed);
    },
  }),
});
