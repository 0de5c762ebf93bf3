import type { Size } from "../../terminal/size.ts";
import type { Row } from "./row.ts";

type Told = Pick<Row, "result" | "verdict">;

/** A question to the terminal and the meaning of its answer. The answer is empty if the terminal does not know the question. */
export type Question = {
  readonly id: string;
  readonly what: string;
  readonly bytes: string;
  readonly read: (answer: string) => Told;
};

const good = (result: string): Told => ({ result, verdict: "good" });
const lacks = (result: string): Told => ({ result, verdict: "lacks" });
const wrong = (result: string): Told => ({ result, verdict: "wrong" });
const unknown = (result: string): Told => ({ result, verdict: "unknown" });
const silent = unknown("does not say");

const hex = (text: string) => Buffer.from(text).toString("hex");

/** Asks by DECRQM whether a private mode is known; 0 means that it is not. */
const mode = (id: string, what: string, number: number): Question => ({
  id,
  what,
  bytes: `\x1b[?${number}$p`,
  read(answer) {
    const [, found, state] = /\x1b\[\?(\d+);(\d)\$y/.exec(answer) ?? [];
    if (Number(found) !== number) return silent;
    return state === "0" ? lacks("not known") : good("known");
  },
});

/** How far the cursor moves for each text. Programs that draw the whole screen depend on it. */
function width(id: string, texts: Readonly<Record<string, number>>, otherwise: (result: string) => Told): Question {
  const expected = Object.values(texts).join(" ");
  return {
    id,
    what: `columns of ${Object.keys(texts).join(" ")}`,
    bytes: `${Object.keys(texts)
      .map((text) => `\r${text}\x1b[6n`)
      .join("")}\r\x1b[K`,
    read(answer) {
      const columns = [...answer.matchAll(/\x1b\[\d+;(\d+)R/g)].map(([, column]) => Number(column) - 1);
      if (columns.length !== Object.keys(texts).length) return silent;
      const said = columns.join(" ");
      return said === expected ? good(said) : otherwise(`${said}, not ${expected}`);
    },
  };
}

export const nameQuestion = { bytes: "\x1b[>0q", read: (answer: string) => /\x1bP>\|([^\x1b]*)/.exec(answer)?.[1] };

/** `size`: as the kernel reports it. `colorterm`: the variable. `attributes`: the terminal's device attributes. */
export const questions = ({
  size,
  colorterm,
  attributes,
}: {
  readonly size: Size;
  readonly colorterm: string;
  readonly attributes: string;
}): Question[] => [
  {
    id: "size",
    what: "size: the kernel's and the terminal's own",
    bytes: "\x1b7\x1b[9999;9999H\x1b[6n\x1b8",
    read(answer) {
      const [, rows, columns] = /\x1b\[(\d+);(\d+)R/.exec(answer) ?? [];
      if (rows === undefined) return silent;
      const said = `${size[1]}x${size[0]}, ${columns}x${rows}`;
      return Number(rows) === size[0] && Number(columns) === size[1] ? good(said) : wrong(said);
    },
  },
  width("width", { é: 1, 漢: 2, "─": 1 }, wrong),
  width("emoji", { "👍": 2 }, lacks),
  {
    id: "colours",
    what: "24-bit colours",
    bytes: `\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[m\x1bP+q${hex("RGB")}\x1b\\`,
    read(answer) {
      const kept = /48[:;]2[:;]+1[:;]2[:;]3/.test(answer);
      const has = answer.toLowerCase().includes(`\x1bp1+r${hex("RGB")}`);
      const says = /^(truecolor|24bit)$/.test(colorterm);
      const said = `COLORTERM=${colorterm || "(not set)"}${kept || has ? ", and the terminal says so" : ""}`;
      return says || kept || has ? good(said) : lacks(said);
    },
  },
  mode("paste", "bracketed paste", 2004),
  mode("focus", "focus events", 1004),
  mode("sync", "whole frames at once (synchronized output)", 2026),
  mode("screen", "alternate screen", 1049),
  mode("mouse", "mouse reports at any column", 1006),
  {
    id: "keys",
    what: "extended keys, as Shift-Enter",
    bytes: "\x1b[?u\x1b[?4m",
    read(answer) {
      const kitty = /\x1b\[\?\d+u/.test(answer) ? "kitty's protocol" : "";
      const xterm = /\x1b\[>4;\d/.test(answer) ? "modifyOtherKeys" : "";
      const said = [kitty, xterm].filter(Boolean).join(", ");
      return said === "" ? silent : good(said);
    },
  },
  {
    id: "clipboard",
    what: "copying by OSC 52",
    // The clipboard's content is private. These two tell whether it can be written.
    bytes: `\x1bP+q${hex("Ms")}\x1b\\`,
    read(answer) {
      const capability = answer.toLowerCase().includes(`\x1bp1+r${hex("Ms")}`);
      const attribute = /;52(;|c)/.test(attributes);
      return capability || attribute ? good("offered") : silent;
    },
  },
];
