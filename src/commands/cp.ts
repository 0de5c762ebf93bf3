import { command, type Context } from "../cli/command.ts";
import { copyIn, copyOut, type Copy } from "../bottle/cp.ts";
import { findTarget } from "../inventory/find-bottle.ts";
import { wrongSides } from "./errors.ts";

export const cp = (context: Context) =>
  command(context, {
    meta: {
      name: "cp",
      description: "Copy files into or out of a bottle, written BOTTLE:/path or :/path",
    },
    args: {
      source: { type: "positional", required: true, description: "the file or directory to copy" },
      destination: {
        type: "positional",
        required: true,
        description: "where to copy it; a directory gets a copy inside it",
      },
      "dry-run": { type: "boolean", description: "print the commands without running them" },
    },
    examples: [
      ["claude-bottle cp notes.txt :/tmp/", "copy a file into this directory's bottle"],
      ["claude-bottle cp :/tmp/notes.txt copy.txt", "copy a file out of it"],
    ],
    async run({ args }) {
      const { system } = context;
      const from = parseSide(args.source);
      const to = parseSide(args.destination);
      if ((from.bottle === undefined) === (to.bottle === undefined))
        throw wrongSides(from.bottle === undefined ? 0 : 2);
      const copy: Copy = {
        target: await findTarget(system, (from.bottle ?? to.bottle) || undefined),
        source: from.path,
        destination: to.path,
        dryRun: args["dry-run"] ?? false,
      };
      await (from.bottle === undefined ? copyIn(system, copy) : copyOut(system, copy));
    },
  });

/** `NAME:/path` and `:/path` are in a bottle. Paths that start with `/` or `.` are on the host. */
function parseSide(text: string): { bottle: string | undefined; path: string } {
  const [, bottle, path] = /^([a-z0-9-]*):(\/.*)$/s.exec(text) ?? [];
  return bottle === undefined || path === undefined ? { bottle: undefined, path: text } : { bottle, path };
}
