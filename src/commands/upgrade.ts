import installScript from "../../install.sh" with { type: "text" };
import { command, type Context } from "../cli/command.ts";
import { installedPrefix } from "../system/installation.ts";
import { exclusive } from "./errors.ts";

export const upgrade = (context: Context) =>
  command(context, {
    meta: { name: "upgrade", description: "Install the newest release; running sessions are not affected" },
    args: {
      check: { type: "boolean", description: "show the installed and the newest version only" },
      version: { type: "string", valueHint: "VERSION", description: "install this version instead; it may be older" },
      rollback: { type: "boolean", description: "go back to the version before the last upgrade" },
      "dry-run": { type: "boolean", description: "list what would be done, without doing it" },
    },
    examples: [
      ["claude-bottle upgrade --check", "show the installed and the newest version"],
      ["claude-bottle upgrade --rollback", "go back to the version before the last upgrade"],
    ],
    async run({ args }) {
      const { system } = context;
      if ([args.check, args.rollback, args.version !== undefined].filter(Boolean).length > 1)
        throw exclusive(["--check", "--version", "--rollback"]);
      const words = [
        ...["--prefix", installedPrefix(system)],
        ...(args.check ? ["--check"] : []),
        ...(args.rollback ? ["--rollback"] : []),
        ...(args.version === undefined ? [] : ["--version", args.version]),
        ...(args["dry-run"] ? ["--dry-run"] : []),
      ];
      // install.sh also verifies and replaces the program.
      context.exit((await system.attach(["/bin/sh", "-c", installScript, "install.sh", ...words])).code);
    },
  });
