import installScript from "../../install.sh" with { type: "text" };
import { command, type Context } from "../cli/command.ts";
import { exitCode, UserError } from "../errors.ts";
import { installedPrefix } from "../system/installation.ts";

export const upgrade = (context: Context) =>
  command(context, {
    meta: { name: "upgrade", description: "Replace this program by the newest release; sessions that run go on" },
    args: {
      check: { type: "boolean", description: "only say what is installed and what is the newest release" },
      version: { type: "string", valueHint: "VERSION", description: "that release instead, older or newer" },
      rollback: { type: "boolean", description: "put back the program that the last upgrade replaced" },
      "dry-run": { type: "boolean", description: "say what would be done, and do nothing" },
    },
    examples: [
      ["claude-bottle upgrade --check", "what is installed, and what is the newest release"],
      ["claude-bottle upgrade --rollback", "back to the program before the last upgrade"],
    ],
    async run({ args }) {
      const { system } = context;
      if ([args.check, args.rollback, args.version !== undefined].filter(Boolean).length > 1)
        throw new UserError("one of --check, --version and --rollback, not several", { exitCode: exitCode.usage });
      const words = [
        ...["--prefix", installedPrefix(system)],
        ...(args.check ? ["--check"] : []),
        ...(args.rollback ? ["--rollback"] : []),
        ...(args.version === undefined ? [] : ["--version", args.version]),
        ...(args["dry-run"] ? ["--dry-run"] : []),
      ];
      // What installed the program also checks and replaces it.
      context.exit((await system.attach(["/bin/sh", "-c", installScript, "install.sh", ...words])).code);
    },
  });
