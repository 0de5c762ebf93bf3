import type { ConsolaInstance, LogType } from "consola/core";
import { printableLines, shellLine } from "../lib/quote.ts";
import type { System } from "../system/system.ts";
import { clearLiveLine } from "./live-line.ts";

/** consola's own scale: what is shown at most. 0 errors, 1 warnings too, 3 the usual, 4 also each program that is run. */
export const levels = { quiet: 1, usual: 3, verbose: 4 } as const;

/** Before every line of ours that stands among those of others. */
export const prefix = "claude-bottle: ";

/** A message of another process of ours, to be said again. */
export const withoutPrefix = (text: string): string => (text.startsWith(prefix) ? text.slice(prefix.length) : text);

/** Tells what happens. `hint`: what to type next, on lines of its own. */
export const inform = (system: System, text: string, hint?: string): void => logger(system).info(text, hint);

/** Tells what may harm or surprise, where work goes on. */
export const warn = (system: System, text: string, hint?: string): void => logger(system).warn(text, hint);

/** Tells why nothing went on. For what was thrown there is `renderError`. */
export const fail = (system: System, text: string, hint?: string): void => logger(system).error(text, hint);

/** With --verbose: a program that is about to run. Its argv holds no secret, by the rules of the backends. */
export const trace = (system: System, argv: readonly string[]): void => logger(system).debug(`$ ${shellLine(argv)}`);

/** The same system, which tells each program before it runs it: for --verbose. */
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

/** From CONSOLA_LEVEL, which --quiet and --verbose set. Errors are shown at every level. */
export function levelOf({ env }: System): number {
  const level = Number.parseInt(env.CONSOLA_LEVEL ?? "", 10);
  return Number.isNaN(level) ? levels.usual : Math.max(0, level);
}

/** What is written is for a person at a terminal who did not turn colours off. */
export const hasColour = ({ env, isTty }: System, output: "stdout" | "stderr" = "stderr"): boolean =>
  isTty[output] && !env.NO_COLOR && env.TERM !== "dumb";

// Loaded by the first message: most commands say nothing. Its default instance is not used: that one writes to stdout, and its
// level and its format change with CI, DEBUG and NODE_ENV (3.4.2).
function logger(system: System): ConsolaInstance {
  const { createConsola } = require("consola/core") as typeof import("consola/core");
  return createConsola({
    level: levelOf(system),
    // A line that is said six times within a second would be held back for a second.
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

/** Control characters become visible: the name of a directory or of a file may hold what a terminal would obey. */
function render(type: LogType, text: string, hint: unknown, isColoured: boolean): string {
  const { word = "", colour = 0 } = looks[type] ?? {};
  const start = prefix + word;
  const indented = typeof hint === "string" && hint !== "" ? `\n${hint.replace(/^(?: {2})?/gm, "  ")}` : "";
  const shown = printableLines(text + indented);
  return `${isColoured ? `\x1b[${colour}m${start}\x1b[0m` : start}${shown}\n`;
}
