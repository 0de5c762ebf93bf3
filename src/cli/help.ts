import type { Described } from "./describe.ts";
import { table } from "../lib/table.ts";

/** The first page of help. */
export function overview(commands: readonly Described[]): string {
  const rows = commands.filter(({ hidden }) => !hidden).map(({ name, description }) => [`  ${name}`, description]);
  return `Claude Code in its own isolated machine, a bottle, for each project directory.

Usage: claude-bottle [COMMAND] [OPTIONS] [-- WORDS...]

Without a command: run. Words after -- belong to the command in the bottle.

${table(rows)}
  -h, --help      show this help, or that of a command: claude-bottle run --help
  -V, --version   show the version
  -q, --quiet     show errors and warnings only
  -v, --verbose   show each program before it runs

Exit status: the command's own, 128+n for a signal; 1 failed, 2 usage, 126 not runnable, 127 not found, 130 cancelled, 70 a bug.`;
}
