import { command, type Context } from "../../cli/command.ts";
import { exitCode } from "../../errors.ts";
import { noTerminalToTest } from "../errors.ts";

export const tty = (context: Context) =>
  command(context, {
    meta: {
      name: "tty",
      description: "Test what this terminal, tmux and the bottle can do, as a table for an issue",
    },
    args: { json: { type: "boolean", description: "print JSON" } },
    examples: [
      ["claude-bottle doctor tty", "test this terminal, and whether a change of its size reaches the bottle"],
      ["claude-bottle doctor tty --json", "print the same for a program"],
    ],
    async run({ args }) {
      const { system } = context;
      if (!system.isTty.stdin) throw noTerminalToTest();
      // Imported here because completions load every command.
      const [{ inspectTerminal }, { jsonOfReport, renderReport }] = await Promise.all([
        import("../../doctor/tty/inspect.ts"),
        import("../../doctor/tty/report.ts"),
      ]);
      const report = await inspectTerminal(system);
      system.out(args.json ? jsonOfReport(report) : renderReport(report));
      context.exit(report.rows.some(({ verdict }) => verdict === "wrong") ? exitCode.failed : exitCode.ok);
    },
  });
