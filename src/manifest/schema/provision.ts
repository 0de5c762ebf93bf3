import * as v from "valibot";
import { about, choice, filled, list, table } from "./fields.ts";
import { guestPath, hostPath } from "./paths.ts";

const File = table({
  source: about(hostPath, "a file or directory of your machine; relative to the file that names it"),
  target: about(guestPath, "its path in the bottle, where it replaces what is there; `~/` is the home of the bottle's user"),
}); // prettier-ignore

const Command = table({
  run: about(filled, "shell commands; the first one that fails stops the rest"),
  when: v.optional(
    about(choice(["once", "start"]), '"once" in each bottle, or at each "start"'),
    "once",
  ),
  user: v.optional(about(choice(["root"]), "the user that runs them; defaults to the bottle's user")),
  directory: v.optional(about(filled, "the directory in the bottle where they run; relative to the project"), "."),
}); // prettier-ignore

/** The parts of ~/.claude that a person wrote, as opposed to records of what Claude did. */
const claudeParts = ["settings", "memory", "skills", "commands", "agents"] as const;

export const Provision = table({
  claude: about(
    list(choice(claudeParts), 'an array of parts, such as ["memory", "skills"]'),
    "parts of your own Claude Code to copy: ~/.claude/CLAUDE.md with what it imports from ~/.claude, and the rules (memory), the directories `skills`, `commands` and `agents` there, and what is harmless in its settings.json",
  ),
  files: v.optional(
    about(
      v.array(File, "tables, each below its own [[provision.files]]"),
      "files to copy into the bottle at each start",
    ),
    [],
  ),
  commands: v.optional(
    about(
      v.array(Command, "tables, each below its own [[provision.commands]]"),
      "commands to run after that, in this order",
    ),
    [],
  ),
});
