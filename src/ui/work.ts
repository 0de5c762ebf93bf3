import { shortBytes } from "../lib/bytes.ts";
import { LogFile } from "../system/log-file.ts";
import type { System } from "../system/system.ts";
import { LiveLine } from "./live-line.ts";
import { inform, levelOf, levels } from "./messages.ts";

export type Work = {
  /** What begins: "building the template with podman, once for all bottles". */
  readonly title: string;
  /** A noun for its steps, and the name of its log: "template". */
  readonly subject: string;
  readonly steps: number;
};

export type Progress = {
  /** The next step: shown as "template 2/4: packages". */
  step(at: number, text: string): void;
  /** How much of something is there, in bytes; a bar. */
  amount(done: number, of: number): void;
  /** What a program printed, in pieces as they come: kept in the log. A line that a script of ours prints may begin a step. */
  output(text: string): void;
  /** For the hint of an error: the last lines of the log, and where all of it is. */
  readonly logHint: string;
};

/** What a script prints to tell of a step; docker's builder puts the step's number and the time before it. */
const marker = /(?:^|\s)claude-bottle step (\d+): (.*)$/;

const barWidth = 24;

/**
 * Does what takes long, and shows how far it is: one live line on a terminal, a line for each step elsewhere. What programs
 * print goes to a file, which an error names (`logHint`); with --verbose it is shown too.
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
