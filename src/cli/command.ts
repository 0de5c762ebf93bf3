import { defineCommand, type ArgsDef, type CommandDef } from "citty";
import type { Example } from "./describe.ts";
import type { System } from "../system/system.ts";
import { needsValue, nothingAfterDashes, takesNoValue, unexpectedArgument, unknownOption } from "./errors.ts";

/** `rest` is everything after `--`: arguments of the program in the bottle, which are never parsed. */
export type Context = {
  readonly system: System;
  readonly rest: readonly string[] | undefined;
  exit(code: number): void;
};

/** The options that every command takes. */
const common = ["help", "quiet", "verbose"];

type Strict<T extends ArgsDef> = CommandDef<T> & {
  readonly meta: { readonly name: string };
  readonly args: T;
  /** Whether arguments may follow `--`; a string names the program that gets them. */
  readonly rest?: true | "Claude";
  /** The last positional argument may be repeated; all of them are in `args._`. */
  readonly many?: true;
  /** At least two, unless the command is hidden. */
  readonly examples?: readonly Example[];
};

const kebab = (name: string) => (name.length === 1 ? name : name.replace(/[A-Z]/g, (char) => `-${char.toLowerCase()}`));

/**
 * Rejects what citty accepts: unknown options, extra arguments, an option without its value, a switch with one, and a `--` that the command does not
 * take.
 */
function checkArgs(
  { meta, args: defs, rest, many }: Strict<ArgsDef>,
  args: Record<string, unknown> & { _: string[] },
  rawArgs: readonly string[],
): void {
  const owner = rest === true ? "the command" : rest;
  const flags = Object.keys(defs).filter((name) => defs[name]?.type !== "positional");
  const unknown = (name: string) => unknownOption(name, { command: meta.name, known: [...flags, ...common], owner });
  for (const name of flags) {
    const value = args[name];
    if (defs[name]?.type === "string" && (value === "" || (typeof value === "string" && value.startsWith("-"))))
      throw needsValue(name);
    if (defs[name]?.type === "boolean" && rawArgs.some((word) => word.startsWith(`--${name}=`)))
      throw takesNoValue(name);
  }
  // citty 0.2.2 reads --no-NAME as NAME=false, whatever the type of NAME, and even if there is no such option.
  for (const word of rawArgs) {
    const negated = /^--no-([^=]+)$/.exec(word)?.[1];
    if (negated !== undefined && defs[negated]?.type !== "boolean") throw unknown(word.slice("--".length));
  }
  const aliases = Object.values(defs).flatMap((def) => ("alias" in def ? (def.alias ?? []) : []));
  const known = new Set(["_", ...Object.keys(defs), ...aliases]);
  for (const key of Object.keys(args)) {
    const name = kebab(key);
    if (known.has(key) || known.has(name)) continue;
    throw unknown(name);
  }
  const positionals = Object.keys(defs).length - flags.length;
  const surplus = args._[positionals];
  if (surplus !== undefined && !many) throw unexpectedArgument(surplus, owner);
}

/** Defines a command that checks its arguments strictly. */
export function command<const T extends ArgsDef>(context: Context, def: Strict<T>): CommandDef<T> {
  return defineCommand({
    ...def,
    plugins: [
      {
        name: "strict",
        setup({ args, rawArgs }) {
          checkArgs(def as unknown as Strict<ArgsDef>, args as never, rawArgs);
          if (context.rest && !def.rest) throw nothingAfterDashes();
        },
      },
    ],
  });
}
