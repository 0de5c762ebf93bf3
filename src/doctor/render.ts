import { count } from "../lib/count.ts";
import { renderJson } from "../lib/json.ts";
import { printable } from "../lib/quote.ts";
import { starts, type Examination } from "./examine.ts";
import type { Finding, Level } from "./finding.ts";

const colours: Readonly<Record<Level, string>> = { ok: "32", note: "36", warning: "33", error: "31" };

/** The level as a word, so that it does not depend on colour. */
function mark(level: Level, colour: boolean): string {
  const padding = " ".repeat("warning".length - level.length);
  return colour ? `\x1b[${colours[level]}m${level}\x1b[0m${padding}` : `${level}${padding}`;
}

export function renderFindings(examination: Examination, { colour }: { readonly colour: boolean }): string {
  const { findings } = examination;
  const width = Math.max(...findings.map(({ id }) => id.length));
  const indent = " ".repeat("warning".length + width + 4);
  const lines = findings.flatMap(({ id, level, what, why, fix }) => [
    `${mark(level, colour)}  ${id.padEnd(width)}  ${printable(what)}`,
    ...(why === undefined ? [] : [indent + printable(why)]),
    ...(fix === undefined ? [] : fix.command.split("\n").map((line, at) => `${indent}${at === 0 ? "fix: " : "     "}${printable(line.trim())}`)),
  ]); // prettier-ignore
  return `${lines.join("\n")}\n\n${conclusion(examination)}\n`;
}

function conclusion(examination: Examination): string {
  const { findings, backend } = examination;
  const safe = findings.filter(({ fix }) => fix?.safe).length;
  const offer =
    safe > 0 ? `\nclaude-bottle doctor --fix can fix ${safe === 1 ? "one of these" : `${safe} of these`}` : "";
  const errors = findings.filter(({ level }) => level === "error").length;
  const word = starts(examination)
    ? `a session can start here, on ${backend}`
    : `no session can start here: ${count(errors, "error")}`;
  return `${word}${offer}`;
}

/** For scripts: the keys never change between versions. */
export function jsonOf(examination: Examination): string {
  const findings = examination.findings.map(({ id, level, what, why, fix }: Finding) => ({
    id,
    level,
    what,
    why: why ?? null,
    fix: fix ? { command: fix.command, safe: fix.safe } : null,
  }));
  return renderJson({ starts: starts(examination), backend: examination.backend ?? null, findings });
}
