import type { CommandDef } from "citty";
import type { Context } from "./command.ts";
import type { Described } from "./describe.ts";
import { exitCode, UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import type { System } from "../system/system.ts";
import { levelOf, levels } from "../ui/messages.ts";
import { renderError } from "../ui/render-error.ts";
import { traced } from "../ui/traced.ts";
import { version } from "../version.ts";

type Load = (context: Context) => Promise<CommandDef<never>>;
type Verbs = Readonly<Record<string, () => Promise<CommandDef<never>>>>;
const load = (make: unknown) => make as CommandDef<never>;

/** Without a prototype: `claude-bottle constructor` is an unknown command. */
const commands: Readonly<Record<string, Load>> = Object.assign(Object.create(null), {
  run: (context: Context) => import("../commands/run.ts").then((m) => load(m.run(context))),
  shell: (context: Context) => import("../commands/shell.ts").then((m) => load(m.shell(context))),
  exec: (context: Context) => import("../commands/exec.ts").then((m) => load(m.exec(context))),
  cp: (context: Context) => import("../commands/cp.ts").then((m) => load(m.cp(context))),
  logs: (context: Context) => import("../commands/logs.ts").then((m) => load(m.logs(context))),
  sync: (context: Context) => import("../commands/sync.ts").then((m) => load(m.sync(context))),
  ls: (context: Context) => import("../commands/ls.ts").then((m) => load(m.ls(context))),
  stop: (context: Context) => import("../commands/stop.ts").then((m) => load(m.stop(context))),
  rm: (context: Context) => import("../commands/rm.ts").then((m) => load(m.rm(context))),
  init: (context: Context) => import("../commands/init.ts").then((m) => load(m.init(context))),
  allow: (context: Context) => import("../commands/allow.ts").then((m) => load(m.allow(context))),
  gc: (context: Context) => import("../commands/gc.ts").then((m) => load(m.gc(context))),
  login: (context: Context) => import("../commands/login.ts").then((m) => load(m.login(context))),
  trust: (context: Context) => import("../commands/trust.ts").then((m) => load(m.trust(context))),
  config: (context: Context) => import("../commands/config.ts").then((m) => load(m.config(context))),
  tmux: (context: Context) => import("../commands/tmux.ts").then((m) => load(m.tmux(context))),
  doctor: (context: Context) => import("../commands/doctor.ts").then((m) => load(m.doctor(context))),
  upgrade: (context: Context) => import("../commands/upgrade.ts").then((m) => load(m.upgrade(context))),
  uninstall: (context: Context) => import("../commands/uninstall.ts").then((m) => load(m.uninstall(context))),
  completions: (context: Context) => import("../commands/completions.ts").then((m) => load(m.completions(context))),
});

const levelFlags: Readonly<Record<string, number>> = Object.assign(Object.create(null), {
  "--quiet": levels.quiet,
  "-q": levels.quiet,
  "--verbose": levels.verbose,
  "-v": levels.verbose,
});

/** Runs one command line and returns its exit status. The only place that catches. */
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
    return renderError(system, error, await helpFor(system, name ?? "run", own[1]));
  }
}

/** The command line that tells how this command is used, or that verb of it. */
async function helpFor(system: System, name: string, verb: string | undefined): Promise<string> {
  const command = await commands[name]?.({ system, rest: undefined, exit() {} });
  const isVerb = verb !== undefined && (command?.subCommands as Verbs | undefined)?.[verb] !== undefined;
  return `claude-bottle ${name}${isVerb ? ` ${verb}` : ""} --help`;
}

function splitRest(argv: readonly string[]): { own: string[]; rest: string[] | undefined } {
  const cut = argv.indexOf("--");
  return cut < 0 ? { own: [...argv], rest: undefined } : { own: argv.slice(0, cut), rest: argv.slice(cut + 1) };
}

/** Any command takes these two, anywhere before `--`. What the program starts inherits the level. */
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

/** citty would look for the verb behind options as well, and run a command that runs by itself after its verb. */
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
  const hint = `claude-bottle ${name} --help lists its commands`;
  if (verb === "" || verb.startsWith("-"))
    throw new UserError(`which command of ${name}?`, { exitCode: exitCode.usage, hint });
  const { describeCommand } = await import("./describe.ts");
  const { verbs } = await describeCommand(found);
  const known = verbs.filter(({ hidden }) => !hidden).map((described) => described.name);
  throw await unknownCommand(`${name} ${verb}`, { word: verb, known, hint });
}

async function find(name: string, context: Context): Promise<CommandDef<never>> {
  const command = commands[name];
  if (command) return command(context);
  throw await unknownCommand(name, {
    word: name,
    known: Object.keys(commands),
    hint: "claude-bottle --help lists the commands",
  });
}

async function unknownCommand(
  name: string,
  { word, known, hint }: { readonly word: string; readonly known: readonly string[]; readonly hint: string },
): Promise<UserError> {
  const { suggest } = await import("../lib/suggest.ts");
  const like = suggest(word, known);
  const meant = like ? `; did you mean ${like}?` : "";
  return new UserError(`unknown command "${printable(name)}"${meant}`, { exitCode: exitCode.usage, hint });
}

/** Every command, or those of these names, loaded: for help, completions and the documentation. */
export async function describeCommands(
  system: System,
  names: readonly string[] = Object.keys(commands),
): Promise<Described[]> {
  const { describeCommand } = await import("./describe.ts");
  const context: Context = { system, rest: undefined, exit() {} };
  const chosen = names.flatMap((name) => commands[name] ?? []);
  return Promise.all(chosen.map(async (make) => describeCommand(await make(context))));
}

/** What the shells' completions ask for. Behind a command, no other one is loaded. */
async function complete(system: System, words: readonly string[]): Promise<number> {
  const { expectedAt } = await import("../completions/expected.ts");
  const { candidateLines } = await import("../completions/candidates.ts");
  const [first = ""] = words;
  const known = words.length > 1 && first !== "help" ? [first.startsWith("-") ? "run" : first] : undefined;
  const lines = await candidateLines(system, expectedAt(words, await describeCommands(system, known)));
  system.out(lines.map((line) => `${line}\n`).join(""));
  return exitCode.ok;
}

/** Help on stdout, plain when it is not a terminal. */
async function help(system: System, [name, verb]: readonly (string | undefined)[]): Promise<number> {
  const context: Context = { system, rest: undefined, exit() {} };
  const meta = { name: "claude-bottle", version, description: "Claude Code in its own isolated machine" };
  const text =
    name === undefined
      ? (await import("./help.ts")).overview(await describeCommands(system))
      : await usageText(await usageOf(await find(name, context), verb, meta));
  const plain = !system.isTty.stdout || Boolean(system.env.NO_COLOR);
  system.out(`${plain ? Bun.stripANSI(text) : text}\n`);
  return exitCode.ok;
}

async function usageText([command, parent]: [CommandDef<never>, CommandDef<never>]): Promise<string> {
  const { renderUsage } = await import("citty");
  const { describeCommand, renderExamples } = await import("./describe.ts");
  return `${await renderUsage(command, parent)}${renderExamples(await describeCommand(command))}`;
}

/** The command, or one of its verbs where it has some, and what stands before it on a command line. */
async function usageOf(
  command: CommandDef<never>,
  verb: string | undefined,
  root: { name: string; version: string },
): Promise<[CommandDef<never>, CommandDef<never>]> {
  const verbs = command.subCommands as Verbs | undefined;
  const make = verb === undefined ? undefined : verbs?.[verb];
  const { name } = command.meta as { name: string };
  return make ? [await make(), { meta: { ...root, name: `${root.name} ${name}` } }] : [command, { meta: root }];
}
