import { defineCommand, type ArgsDef, type CommandDef } from "citty";
import type { Example } from "./describe.ts";
import { exitCode, UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { suggest } from "../lib/suggest.ts";
import type { System } from "../system/system.ts";

/** `rest` is everything after `--`: the bottle's command's own words, never parsed. */
export type Context = {
  readonly system: System;
  readonly rest: readonly string[] | undefined;
  exit(code: number): void;
};

const kebab = (name: string) => name.replace(/[A-Z]/g, (char) => `-${char.toLowerCase()}`);
const usage = (message: string, hint?: string) => new UserError(message, { exitCode: exitCode.usage, hint });

/** Rejects what citty lets through: unknown options, surplus words, an option without its value or a switch with one, a `--` with no use. */
function checkArgs(
  defs: ArgsDef,
  args: Record<string, unknown> & { _: string[] },
  { rawArgs, rest }: { readonly rawArgs: readonly string[]; readonly rest: boolean },
): void {
  const flags = Object.keys(defs).filter((name) => defs[name]?.type !== "positional");
  for (const name of flags) {
    const value = args[name];
    if (defs[name]?.type === "string" && (value === "" || (typeof value === "string" && value.startsWith("-"))))
      throw usage(`--${name} needs a value`);
    if (defs[name]?.type === "boolean" && rawArgs.some((word) => word.startsWith(`--${name}=`)))
      throw usage(`--${name} takes no value`);
  }
  const known = new Set(["_", ...Object.keys(defs)]);
  for (const key of Object.keys(args)) {
    const name = kebab(key);
    if (known.has(key) || known.has(name)) continue;
    const like = suggest(name, flags);
    throw usage(
      `unknown option "${printable(name.length === 1 ? `-${name}` : `--${name}`)}"${like ? `; did you mean --${like}?` : ""}`,
    );
  }
  const positionals = Object.keys(defs).length - flags.length;
  const surplus = args._[positionals];
  if (surplus !== undefined)
    throw usage(
      `unexpected argument "${printable(surplus)}"`,
      rest ? "put the words of a command in the bottle after --" : undefined,
    );
}

/** A command, strict about its words. `rest`: whether it takes any after `--`; `examples`: two or more, unless it is hidden. */
export function command<const T extends ArgsDef>(
  context: Context,
  def: CommandDef<T> & { args: T; rest?: boolean; examples?: readonly Example[] },
): CommandDef<T> {
  return defineCommand({
    ...def,
    plugins: [
      {
        name: "strict",
        setup({ args, rawArgs }) {
          checkArgs(def.args, args as never, { rawArgs, rest: def.rest ?? false });
          if (context.rest && !def.rest) throw usage("nothing may follow -- here");
        },
      },
    ],
  });
}
