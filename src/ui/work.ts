import { shortBytes } from "../lib/bytes.ts";
import { LogFile } from "../system/log-file.ts";
import type { System } from "../system/system.ts";
import { LiveLine } from "./live-line.ts";
import { inform, levelOf, levels } from "./messages.ts";

export type Work = {
  /** What begins: "building the template with podman, once for all bottles". */
  readonly title: string;
  /** A noun for its steps and its log: "template". */
  readonly subject: string;
  readonly steps: number;
};

export type Progress = {
  /** Starts the next step, shown as "template 2/4: packages". */
  step(at: number, text: string): void;
  /** Shows a bar for an amount in bytes. */
  amount(done: number, of: number): void;
  /** Adds output of a program to the log. A line of our own scripts may start a step. */
  output(text: string): void;
  /** For the hint of an error: the last lines of the log, and its path. */
  readonly logHint: string;
};

/** The line with which a script starts a step. docker's builder puts its own step number and the time before it. */
const marker = /(?:^|\s)claude-bottle step (\d+): (.*)$/;

const barWidth = 24;

/**
 * Runs something that takes long and shows its progress: one live line on a terminal, otherwise a line for each step. The output of programs goes to
 * a file that an error names (`logHint`); --verbose shows it too.
 */
export async function work<T>(
  system: System,
  { title, subject, steps }: Work,
  run: (progress: Progress) => Promise<T>,
): Promise<T> {
  inform(system, title);
  using log = new LogFile(system, subject.replaceAll(" ", "-"));
  const level = levelOf(system);
  const isLive = level === levels.usual && system.isTty.stderr && system.env.TERM !== "dumb";
  using line = isLive ? new LiveLine(system) : undefined;
  if (line) line.text = subject;
  let last = "";
  let unfinished = "";
  const step: Progress["step"] = (at, text) => {
    const now = `${subject} ${at}/${steps}: ${text}`;
    if (now === last) return;
    last = now;
    if (line) line.text = now;
    else inform(system, now);
  };
  const progress: Progress = {
    step,
    amount(done, of) {
      if (line) line.text = `${last || subject} ${bar(done / of)} ${shortBytes(done)} of ${shortBytes(of)}`;
    },
    output(text) {
      log.write(text);
      if (level >= levels.verbose) system.err(text);
      const lines = (unfinished + text).split("\n");
      unfinished = lines.pop()?.slice(-1000) ?? "";
      for (const printed of lines) {
        const [, at, what] = marker.exec(printed) ?? [];
        if (what !== undefined) step(Number(at), what.trim());
      }
    },
    get logHint() {
      return `${log.end}\nthe whole output: ${log.path}`.trimStart();
    },
  };
  const result = await run(progress);
  if (line) inform(system, `${subject}: done in ${line.elapsed}`);
  return result;
}

function bar(part: number): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * barWidth);
  return `${"█".repeat(full)}${"░".repeat(barWidth - full)}`;
}
