import type { ArgsDef, CommandDef } from "citty";

/** A line to copy and what it does. A test runs each line. */
export type Example = readonly [line: string, does: string];

/** A command as help, completions, the manual page and the documentation show it. */
export type Described = {
  readonly name: string;
  readonly description: string;
  readonly hidden: boolean;
  /** Whether arguments may follow `--`. */
  readonly takesRest: boolean;
  readonly positionals: readonly {
    readonly name: string;
    readonly description: string;
    readonly required: boolean;
    readonly many: boolean;
  }[];
  readonly options: readonly Option[];
  readonly examples: readonly Example[];
  /** Whether it does something without a subcommand. */
  readonly runs: boolean;
  readonly verbs: readonly Described[];
};

/** `value`: the placeholder of the option's value, such as "AGENT" or "right|below"; undefined for a switch. */
export type Option = { readonly name: string; readonly value: string | undefined; readonly description: string };

/** A command as `command.ts` and the parent commands define it, with nothing left to resolve. */
type Definition = {
  readonly meta?: { readonly name?: string; readonly description?: string; readonly hidden?: boolean };
  readonly args?: ArgsDef;
  readonly rest?: unknown;
  readonly many?: unknown;
  readonly run?: unknown;
  readonly examples?: readonly Example[];
  readonly subCommands?: Readonly<Record<string, () => Promise<CommandDef<never>>>>;
};

export async function describeCommand(command: CommandDef<never>): Promise<Described> {
  const { meta = {}, args = {}, rest, many, run, examples = [], subCommands = {} } = command as unknown as Definition;
  const all = Object.entries(args);
  return {
    name: meta.name ?? "",
    description: meta.description ?? "",
    hidden: meta.hidden ?? false,
    takesRest: rest !== undefined,
    positionals: all
      .filter(([, { type }]) => type === "positional")
      .map(([name, { description = "", required = true }], at, { length }) => ({
        name,
        description,
        required,
        many: many !== undefined && at === length - 1,
      })),
    options: all
      .filter(([, { type }]) => type !== "positional")
      .map(([name, { type, valueHint, description = "" }]) => ({
        name,
        value: type === "string" ? (valueHint ?? "VALUE") : undefined,
        description,
      })),
    examples,
    runs: run !== undefined,
    verbs: await Promise.all(Object.values(subCommands).map(async (make) => describeCommand(await make()))),
  };
}

/** Each command and subcommand that can be called, with its full name. */
export function callable(command: Described): (readonly [name: string, called: Described])[] {
  const verbs = command.verbs.map((verb) => [`${command.name} ${verb.name}`, verb] as const);
  return command.runs ? [[command.name, command], ...verbs] : verbs;
}
