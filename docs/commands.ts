// bun run docs: writes docs/commands/*.md and the manual page, docs/claude-bottle.1, from the commands themselves.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { describeCommands } from "../src/cli/cli.ts";
import { callable, type Described } from "../src/cli/describe.ts";
import { argumentName, optionName, synopsis } from "../src/cli/help.ts";
import { realSystem } from "../src/system/real.ts";

export const describeAll = async (): Promise<Described[]> => {
  const visible = (command: Described): Described[] =>
    command.hidden ? [] : [{ ...command, verbs: command.verbs.flatMap(visible) }];
  return (await describeCommands(realSystem({}))).flatMap(visible);
};

/** Each file of the documentation that is generated, by its path in this directory. */
export function generateDocs(commands: readonly Described[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const command of commands) files.set(`commands/${command.name}.md`, commandPage(command));
  files.set("commands/README.md", indexPage(commands));
  files.set("claude-bottle.1", manualPage(commands));
  return files;
}

const generated = "<!-- Written by `bun run docs` from the command itself. -->\n\n";

function indexPage(commands: readonly Described[]): string {
  const lines = commands.map(({ name, description }) => `- [\`claude-bottle ${name}\`](${name}.md): ${description}`);
  return `${generated}# Commands\n\n\`claude-bottle\` alone is \`claude-bottle run\`. Every command takes \`--quiet\`, \`--verbose\` and \`--help\`.\n\n${lines.join("\n")}\n\n${exitStatus}`;
}

function commandPage(command: Described): string {
  const title = `# claude-bottle ${command.name}\n\n${command.description}.\n\n`;
  const parts = callable(command).map(([name, leaf]) => {
    const heading = command.verbs.length === 0 ? "" : `## ${name}\n\n${leaf.description}.\n\n`;
    const words = leaf.positionals.map(({ name, description }) => `- \`${argumentName(name)}\`: ${description}\n`);
    const options = leaf.options.map((option) => `- \`${optionName(option)}\`: ${option.description}\n`);
    const list = [...words, ...options].join("");
    const examples = leaf.examples.map(([line, does]) => `# ${does}\n${line}\n`).join("\n");
    return `${heading}\`\`\`\n${synopsis(name, leaf)}\n\`\`\`\n\n${list}${list && "\n"}\`\`\`sh\n${examples}\`\`\`\n`;
  });
  return `${generated}${title}${parts.join("\n")}`;
}

const exitStatus = `## Exit status

The command's own, and 128+n when signal n ended it. The program's own: 1 failed, 2 wrong usage, 70 a bug, 126 the command cannot be run
in the bottle, 127 it was not found there, 130 cancelled.
`;

const roff = (text: string) =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");

function manualPage(commands: readonly Described[]): string {
  const sections = commands.flatMap(callable).map(([name, leaf]) => {
    const option = (option: Described["options"][number]) =>
      `.TP\n.B ${roff(optionName(option))}\n${roff(option.description)}\n`;
    const example = ([line, does]: Described["examples"][number]) =>
      `.PP\n${roff(does)}:\n.PP\n.nf\n    ${roff(line)}\n.fi\n`;
    return `.SS ${roff(synopsis(name, leaf))}\n${roff(leaf.description)}.\n${leaf.options.map(option).join("")}${leaf.examples.map(example).join("")}`;
  });
  return `.\\" Written by bun run docs from the commands themselves.
.TH CLAUDE\\-BOTTLE 1 "" claude\\-bottle "User Commands"
.SH NAME
claude\\-bottle \\- open Claude Code in its own isolated machine
.SH SYNOPSIS
.B claude\\-bottle
[COMMAND] [OPTIONS] [\\-\\- ARGUMENTS...]
.SH DESCRIPTION
Finds or makes the isolated machine, the bottle, of the working directory's project, and starts Claude Code in it with this terminal.
Without a command it is
.BR run .
Words after
.B \\-\\-
belong to the command in the bottle and are never parsed.
.SH COMMANDS
${sections.join("")}.SH EXIT STATUS
The command's own, 128+n for a signal; 1 failed, 2 usage, 126 not runnable, 127 not found in the bottle, 130 cancelled, 70 a bug.
.SH FILES
.TP
.I bottle.toml
the manifest of a project
.TP
.I ~/.config/claude\\-bottle/config.toml
your own settings, below those of the project
.TP
.I ~/.local/state/claude\\-bottle
the ledger of bottles and sessions
`;
}

if (import.meta.main) {
  mkdirSync(`${import.meta.dir}/commands`, { recursive: true });
  const files = generateDocs(await describeAll());
  for (const [file, text] of files) writeFileSync(`${import.meta.dir}/${file}`, text);
  for (const name of readdirSync(`${import.meta.dir}/commands`))
    if (!files.has(`commands/${name}`)) rmSync(`${import.meta.dir}/commands/${name}`);
}
