import type { CommandDef } from "citty";
import { commands, groups } from "./commands.ts";
import type { Context } from "./command.ts";
import type { Described } from "./describe.ts";
import { noSubcommand, unknownCommand } from "./errors.ts";
import { exitCode } from "../errors.ts";
import type { System } from "../system/system.ts";
import { levelOf, levels, traced } from "../ui/messages.ts";
import { ledgerTrouble } from "../ledger/errors.ts";
import { renderError } from "../ui/render-error.ts";

type Verbs = Readonly<Record<string, () => Promise<CommandDef<never>>>>;

const levelFlags: Readonly<Record<string, number>> = Object.assign(Object.create(null), {
  "--quiet": levels.quiet,
  "-q": levels.quiet,
  "--verbose": levels.verbose,
  "-v": levels.verbose,
});

/** Runs one command line and returns its exit status. The only place that catches errors. */
export async function main(argv: readonly string[], given: System): Promise<number> {
  const { own: all, rest } = splitRest(argv);
  const { own, system } = withLevel(given, all);
  const named = own[0] !== undefined && !own[0].startsWith("-");
  const name = named ? own[0] : "run";
  try {
    if (own.includes("--help") || own.includes("-h") || (own[0] === "help" && own.length <= 3))
      return await help(system, own[0] === "help" ? own.slice(1) : named ? own : []);
    if (name === "complete") return await complete(system, rest ?? []);
    if (name === "tmux" && own[1] === "pane" && rest)
      return await (await import("../commands/tmux/pane.ts")).pane(system, own.slice(2), rest);
    return await runCommandLine(system, name ?? "run", named ? own.slice(1) : own, rest);
  } catch (error) {
    const said = ledgerTrouble(system.env, error) ?? error;
    return renderError(system, said, await helpFor(system, name ?? "run", own[1]));
  }
}

/** The command that prints the help of this command or subcommand. */
async function helpFor(system: System, name: string, verb: string | undefined): Promise<string> {
  const command = await commands[name]?.({ system, rest: undefined, exit() {} });
  const isVerb = verb !== undefined && (command?.subCommands as Verbs | undefined)?.[verb] !== undefined;
  return `claude-bottle ${name}${isVerb ? ` ${verb}` : ""} --help`;
}

function splitRest(argv: readonly string[]): { own: string[]; rest: string[] | undefined } {
  const cut = argv.indexOf("--");
  return cut < 0 ? { own: [...argv], rest: undefined } : { own: argv.slice(0, cut), rest: argv.slice(cut + 1) };
}

/** Every command takes these two options, anywhere before `--`. Programs that we start inherit the level. */
function withLevel(system: System, words: readonly string[]): { own: string[]; system: System } {
  const own = words.filter((word) => !(word in levelFlags));
  const flag = words.findLast((word) => word in levelFlags);
  const leveled = flag === undefined ? system : system.withEnv({ CONSOLA_LEVEL: String(levelFlags[flag]) });
  return { own, system: levelOf(leveled) >= levels.verbose ? traced(leveled) : leveled };
}

async function runCommandLine(
  system: System,
  name: string,
  words: string[],
  rest: string[] | undefined,
): Promise<number> {
  let code: number = exitCode.ok;
  const context: Context = { system, rest, exit: (status) => void (code = status) };
  const [{ runCommand }, found] = await Promise.all([import("citty"), find(name, context)]);
  const { command, rawArgs } = await chooseVerb(found, name, words);
  await runCommand(command, { rawArgs });
  return code;
}

/** citty would look for the subcommand after options too, and would run the parent's own action after the subcommand's. */
async function chooseVerb(
  found: CommandDef<never>,
  name: string,
  words: string[],
): Promise<{ command: CommandDef<never>; rawArgs: string[] }> {
  if (!found.subCommands) return { command: found, rawArgs: words };
  const { subCommands, ...alone } = found;
  const [verb = "", ...rawArgs] = words;
  const make = (subCommands as Verbs)[verb];
  if (make) return { command: await make(), rawArgs };
  if (found.run) return { command: alone, rawArgs: words };
  if (verb === "" || verb.startsWith("-")) throw noSubcommand(name);
  const { describeCommand } = await import("./describe.ts");
  const { verbs } = await describeCommand(found);
  const known = verbs.filter(({ hidden }) => !hidden).map((described) => described.name);
  throw unknownCommand(verb, known, name);
}

async function find(name: string, context: Context): Promise<CommandDef<never>> {
  const command = commands[name];
  if (command) return command(context);
  throw unknownCommand(name, [...Object.keys(commands), "help"]);
}

/** Loads every command, or only these, for help, completions and the documentation. */
export async function describeCommands(
  system: System,
  names: readonly string[] = Object.keys(commands),
): Promise<Described[]> {
  const { describeCommand } = await import("./describe.ts");
  const context: Context = { system, rest: undefined, exit() {} };
  const chosen = names.flatMap((name) => commands[name] ?? []);
  return Promise.all(chosen.map(async (make) => describeCommand(await make(context))));
}

/** Answers the shells' completions. Once the command is known, only that one is loaded. */
async function complete(system: System, words: readonly string[]): Promise<number> {
  const { expectedAt } = await import("../completions/expected.ts");
  const { candidateLines } = await import("../completions/candidates.ts");
  const [first = ""] = words;
  const known = words.length > 1 && first !== "help" ? [first.startsWith("-") ? "run" : first] : undefined;
  const lines = await candidateLines(system, expectedAt(words, await describeCommands(system, known)));
  system.out(lines.map((line) => `${line}\n`).join(""));
  return exitCode.ok;
}

/** Prints help to stdout. `verb` is a subcommand. */
async function help(system: System, [name, verb]: readonly (string | undefined)[]): Promise<number> {
  const { commandHelp, overview } = await import("./help.ts");
  const width = Math.min(system.terminalSize()?.columns ?? widestHelp, widestHelp);
  if (name === undefined) {
    const names = Object.fromEntries(Object.entries(groups).map(([group, members]) => [group, Object.keys(members)]));
    system.out(`${overview(await describeCommands(system), names, width)}\n`);
    return exitCode.ok;
  }
  const { describeCommand } = await import("./describe.ts");
  const command = await describeCommand(await find(name, { system, rest: undefined, exit() {} }));
  const called = command.verbs.find((known) => known.name === verb);
  system.out(`${called ? commandHelp(`${name} ${verb}`, called, width) : commandHelp(name, command, width)}\n`);
  return exitCode.ok;
}

const widestHelp = 100;
