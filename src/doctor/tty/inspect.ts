import { Interrupted } from "../../errors.ts";
import { interruptible } from "../../system/interrupt.ts";
import type { System } from "../../system/system.ts";
import { deviceAttributes, Dialogue } from "../../terminal/dialogue.ts";
import { terminalSize, type Size } from "../../terminal/size.ts";
import { version } from "../../version.ts";
import { guestRows } from "./guest.ts";
import { multiplexerRows } from "./multiplexer.ts";
import { nameQuestion, questions } from "./questions.ts";
import type { Report } from "./report.ts";
import type { Row } from "./row.ts";

/** The first answer may come over a slow connection. Each later question then gets the time that this one took. */
const firstMs = 3_000;
const furtherMs = 2_000;

/** Asks the terminal, tmux and the bottle. Throws Interrupted after restoring the terminal. */
export const inspectTerminal = (system: System): Promise<Report> =>
  interruptible(async (signal) => {
    const size = terminalSize();
    const cancelled = () => new Interrupted(130);
    const told = await Dialogue.hold({ signal, cancelled }, (dialogue) => askTerminal(system, dialogue, size));
    const rows = [
      ...told.rows,
      ...(await multiplexerRows(system)),
      ...(await guestRows(system, size ?? [24, 80], signal)),
    ];
    const about: [string, string][] = [
      ["claude-bottle", `${version} on ${system.platform} ${system.kernel}`],
      ["terminal", told.name],
      ["TERM", system.env.TERM ?? "(not set)"],
      ["locale", system.env.LC_ALL || system.env.LC_CTYPE || system.env.LANG || "(not set)"],
    ];
    return { about, rows };
  });

async function askTerminal(
  system: System,
  dialogue: Dialogue,
  size: Size | undefined,
): Promise<{ name: string; rows: Row[] }> {
  const sized: Row[] = size ? [] : [{ id: "size", what: "size", result: "the kernel knows none", verdict: "wrong" }];
  const what = "the terminal answers questions";
  const first = await dialogue.ask(deviceAttributes, firstMs);
  if (!first)
    return { name: "(says nothing)", rows: [...sized, { id: "answers", what, result: "no", verdict: "unknown" }] };
  const name = nameQuestion.read((await dialogue.ask(nameQuestion.bytes, furtherMs))?.text ?? "") ?? "(does not say)";
  const rows: Row[] = [
    ...sized,
    { id: "answers", what, result: `after ${Math.round(first.afterMs)} ms`, verdict: "good" },
  ];
  const facts = { size: size ?? ([24, 80] as const), colorterm: system.env.COLORTERM ?? "", attributes: first.text };
  for (const { id, what, bytes, read } of questions(facts)) {
    if (id === "size" && !size) continue;
    const answer = await dialogue.ask(bytes, furtherMs);
    rows.push({ id, what, ...read(answer?.text ?? "") });
  }
  return { name, rows };
}
