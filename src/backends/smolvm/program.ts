import { UserError } from "../../errors.ts";
import { answerOf } from "../../system/answer.ts";
import { shellLine } from "../../lib/quote.ts";
import { readPrefix } from "../../system/files.ts";
import type { Run, System } from "../../system/system.ts";
import { notInstalled, otherSmolvm, tooOld, noAnswer } from "./errors.ts";

export const minimum = "1.28.1";
/** smolvm waits up to 15 seconds for its own database. */
const answerMs = 60_000;
const recommended = "curl -sSL https://smolmachines.com/install.sh | bash";

/** First PATH, then where smolvm's installers put it: a tmux server may have started with another PATH. */
export function findSmolvm({ env, which }: System): string {
  const places = [
    `${env.HOME ?? ""}/.local/bin`,
    `${env.HOME ?? ""}/.smolvm`,
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/usr/bin",
  ];
  const found = which("smolvm") ?? places.map((place) => which(`${place}/smolvm`)).find(Boolean);
  if (found) return found;
  throw notInstalled(recommended);
}

/** Does not run it: the other smolvm is a Python script. Throws UserError for that one. */
export function assertSmolmachines(program: string): void {
  const start = readPrefix(program, 4096);
  if (/^#!.*python/.test(start) && !start.includes("smolmachines")) throw isOther(program);
}

/** CelestoAI's smolvm, a Python package, has versions 0.0.x and no machines. */
const isOther = (program: string) => otherSmolvm(program, recommended);

/** The version of smolvm. Throws UserError if it is too old, or another program of that name. */
export async function checkVersion(system: System, program: string): Promise<string> {
  const { code, stdout } = await answerOfSmolvm(system, [program, "--version"]);
  const version = /^smolvm (\d+\.\d+\.\d+)\b/.exec(stdout)?.[1];
  if (code !== 0 || version === undefined || version.startsWith("0.0.")) throw isOther(program);
  if (Bun.semver.order(version, minimum) < 0) throw tooOld(version, minimum, recommended);
  return version;
}

/** For a command that changes nothing. Throws UserError if no answer comes. */
export async function answerOfSmolvm(system: System, argv: readonly string[]): Promise<Run> {
  const run = await answerOf(system, argv, answerMs);
  if (run) return run;
  throw noAnswer(shellLine(argv));
}
