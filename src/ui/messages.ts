import type { ConsolaInstance, LogType } from "consola/core";
import { printableLines, shellLine } from "../lib/quote.ts";
import type { System } from "../system/system.ts";
import { clearLiveLine } from "./live-line.ts";

/** consola's levels: 0 errors, 1 also warnings, 3 the default, 4 also each command that is run. */
export const levels = { quiet: 1, usual: 3, verbose: 4 } as const;

/** Marks our lines among those of other programs. */
export const prefix = "claude-bottle: ";

/** The text of another claude-bottle process, to be printed again. */
export const withoutPrefix = (text: string): string => (text.startsWith(prefix) ? text.slice(prefix.length) : text);

/** Prints information. `hint`: what to type next, on its own lines. */
export const inform = (system: System, text: string, hint?: string): void => logger(system).info(text, hint);

/** Prints a warning. The work continues. */
export const warn = (system: System, text: string, hint?: string): void => logger(system).warn(text, hint);

/** Prints why the work stopped. For a thrown error, use `renderError`. */
export const fail = (system: System, text: string, hint?: string): void => logger(system).error(text, hint);

/** With --verbose, prints a command before it runs. Backends never put a secret into an argv. */
export const trace = (system: System, argv: readonly string[]): void => logger(system).debug(`$ ${shellLine(argv)}`);

/** The same system, which prints each command before it runs it: for --verbose. */
export function traced(system: System): System {
  const told = <Rest extends unknown[], Result>(run: (argv: readonly string[], ...rest: Rest) => Result) =>
    ((argv, ...rest) => {
      trace(system, argv);
      return run(argv, ...rest);
    }) satisfies typeof run as typeof run;
  const own: Partial<System> = {
    run: told(system.run),
    attach: told(system.attach),
    become(words, options) {
      trace(system, [...system.self, ...words]);
      return system.become(words, options);
    },
    withEnv: (extra) => traced(system.withEnv(extra)),
  };
  return Object.assign(Object.create(system) as System, own);
}

/** From CONSOLA_LEVEL, which --quiet and --verbose set. Errors appear at every level. */
export function levelOf({ env }: System): number {
  const level = Number.parseInt(env.CONSOLA_LEVEL ?? "", 10);
  return Number.isNaN(level) ? levels.usual : Math.max(0, level);
}

/** Whether the output is a terminal and the user has not turned colours off. */
export const hasColour = ({ env, isTty }: System, output: "stdout" | "stderr" = "stderr"): boolean =>
  isTty[output] && !env.NO_COLOR && env.TERM !== "dumb";

// Loaded by the first message: most commands print none. consola's default instance writes to stdout, and its level and format change with CI, DEBUG
// and NODE_ENV (3.4.2), so it is not used.
function logger(system: System): ConsolaInstance {
  const { createConsola } = require("consola/core") as typeof import("consola/core");
  return createConsola({
    level: levelOf(system),
    // consola would hold back a line that is printed six times within a second.
    throttle: 0,
    reporters: [
      {
        log({ type, args: [text, hint] }) {
          clearLiveLine();
          system.err(render(type, `${text}`, hint, hasColour(system)));
        },
      },
    ],
  });
}

const looks: Partial<Record<LogType, { readonly word?: string; readonly colour: number }>> = {
  error: { colour: 31 },
  warn: { word: "warning: ", colour: 33 },
  info: { colour: 36 },
  debug: { colour: 2 },
};

/** Makes control characters visible: file names may contain some that a terminal would obey. */
function render(type: LogType, text: string, hint: unknown, isColoured: boolean): string {
  const { word = "", colour = 0 } = looks[type] ?? {};
  const start = prefix + word;
  const indented = typeof hint === "string" && hint !== "" ? `\n${hint.replace(/^(?: {2})?/gm, "  ")}` : "";
  const shown = printableLines(text + indented);
  return `${isColoured ? `\x1b[${colour}m${start}\x1b[0m` : start}${shown}\n`;
}
