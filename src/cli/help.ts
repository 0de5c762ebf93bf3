import type { Described } from "./describe.ts";
import { wrappedTable } from "../lib/table.ts";

/** The first page of help. `groups`: the names of the commands under each heading. */
export function overview(
  commands: readonly Described[],
  groups: Readonly<Record<string, readonly string[]>>,
  width: number,
): string {
  const sections = Object.entries(groups).map(([heading, names]) => {
    const shown = names.flatMap((name) => commands.find((known) => known.name === name && !known.hidden) ?? []);
    return section(heading, shown.flatMap(rowsOf), width);
  });
  return `Run Claude Code in an isolated machine, a "bottle", for each project directory.

Usage: claude-bottle [COMMAND] [OPTIONS] [-- ARGUMENTS...]

Without a command, it runs "run". Arguments after -- go to the program in the bottle.

${sections.join("\n")}
${section("Options", [
  ["-h, --help", "show this help, or the help of a command"],
  ["-V, --version", "show the version"],
  ["-q, --quiet", "show errors and warnings only"],
  ["-v, --verbose", "show each command before it runs, and the output of builds"],
], width)}
Exit status: the command's own, and 128+n for a signal; 1 failed, 2 usage, 70 bug, 126 not runnable, 127 not found, 130 cancelled.`;
} // prettier-ignore

/** One row; for a command that only has subcommands, a row for each. */
const rowsOf = ({ name, description, runs, verbs }: Described): [string, string][] =>
  runs
    ? [[name, description]]
    : verbs.filter(({ hidden }) => !hidden).map((verb) => [`${name} ${verb.name}`, verb.description]);

/** The help of one command. `name` is the full name, such as "tmux open". */
export function commandHelp(name: string, command: Described, width: number): string {
  const { description, positionals, options, verbs, examples, runs } = command;
  const shown = verbs.filter(({ hidden }) => !hidden);
  const usage = [
    ...(runs ? [synopsis(name, command)] : []),
    ...(shown.length > 0 ? [`claude-bottle ${name} COMMAND`] : []),
  ];
  const parts = [
    `${description}.\n`,
    `${usage.map((line, at) => `${at === 0 ? "Usage: " : "       "}${line}\n`).join("")}`,
    section("Commands", shown.map((verb) => [verb.name, verb.description]), width),
    section("Arguments", positionals.map((one) => [argumentName(one.name), one.description]), width),
    section("Options", options.map((one) => [optionName(one), one.description]), width),
    examples.length === 0 ? "" : `Examples:\n${examples.map(([line, does]) => `  # ${does}\n  ${line}\n`).join("\n")}`,
    "Every command also takes --quiet, --verbose and --help.",
  ]; // prettier-ignore
  return parts.filter(Boolean).join("\n");
}

const section = (heading: string, rows: readonly (readonly [string, string])[], width: number): string =>
  rows.length === 0 ? "" : `${heading}:\n${wrappedTable(rows, { indent: 2, width })}`;

/** How a command is called: "claude-bottle cp [OPTIONS] SOURCE DESTINATION". */
export function synopsis(name: string, { options, positionals, takesRest }: Described): string {
  const words = positionals.map(({ name: of, required, many }) => {
    const word = `${argumentName(of)}${many ? "..." : ""}`;
    return required ? word : `[${word}]`;
  });
  return [
    `claude-bottle ${name}`,
    ...(options.length > 0 ? ["[OPTIONS]"] : []),
    ...words,
    ...(takesRest ? ["[-- ARGUMENTS...]"] : []),
  ].join(" ");
}

export const argumentName = (name: string): string => (name.includes("|") ? name : name.toUpperCase());

export const optionName = ({ name, value }: Described["options"][number]): string =>
  `--${name}${value === undefined ? "" : ` ${value}`}`;
