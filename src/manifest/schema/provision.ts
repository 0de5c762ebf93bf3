import * as v from "valibot";
import { about, choice, filled, list, table } from "./fields.ts";
import { guestPath, hostPath } from "./paths.ts";

const File = table({
  source: about(hostPath, "a file or directory of your machine; relative to the file that names it"),
  target: about(guestPath, "what it becomes in the bottle, in place of what is there; `~/` is the home of the bottle's user"),
}); // prettier-ignore

const Command = table({
  run: about(filled, "shell commands; the first one that fails ends them"),
  when: v.optional(
    about(choice(["once", "start"]), 'run in each bottle "once", or at each "start" of it'),
    "once",
  ),
  user: v.optional(about(choice(["root"]), "who runs them; the bottle's user without it")),
  directory: v.optional(about(filled, "where in the bottle they run; relative to the project"), "."),
}); // prettier-ignore

/** What of a ~/.claude is its owner's own work, and no record of what Claude did. */
const claudeParts = ["settings", "memory", "skills", "commands", "agents"] as const;

export const Provision = table({
  claude: about(
    list(choice(claudeParts), 'an array of parts, such as ["memory", "skills"]'),
    "what the bottle has of your own Claude Code: copies of ~/.claude/CLAUDE.md (memory), of the directories `skills`, `commands` and `agents` there, and what is harmless in its settings.json",
  ),
  files: v.optional(
    about(v.array(File, "tables, each below a [[provision.files]] of its own"), "what is copied in at each start"),
    [],
  ),
  commands: v.optional(
    about(
      v.array(Command, "tables, each below a [[provision.commands]] of its own"),
      "what is run then, in this order",
    ),
    [],
  ),
});
