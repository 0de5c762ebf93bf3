import { cut, fit, fitRight, shorten } from "../lib/cut.ts";
import { shortBytes } from "../lib/bytes.ts";
import { printable } from "../lib/quote.ts";
import { explain } from "./explain.ts";
import { isChoice, refusalOf, selectedOf, type Place, type Screen } from "./press.ts";
import { type Row, rowsOf, type Section, summaryOf, type World } from "./rows.ts";

export type Size = { readonly rows: number; readonly columns: number };

export type Picture = {
  readonly lines: readonly string[];
  /** The row on each line, from the top. */
  readonly rowsAt: readonly (Row | undefined)[];
};

export type Scene = {
  readonly world: World;
  readonly rows: readonly Row[];
  readonly screen: Screen;
  readonly place: Place;
  /** The selected session's own screen with colours, if available. */
  readonly preview: readonly string[];
  readonly hasColour: boolean;
};

type Paint = (style: keyof typeof styles, text: string) => string;
const styles = { bold: "1", dim: "2", reverse: "7", red: "31", green: "32", yellow: "33", cyan: "36" } as const;

/** Every line of the dashboard, each exactly as wide as the terminal. */
export function view(scene: Scene, { rows: height, columns: width }: Size): Picture {
  const { world, rows, screen, hasColour } = scene;
  const paint: Paint = (style, text) => (hasColour && text !== "" ? `\x1b[${styles[style]}m${text}\x1b[0m` : text);
  const selected = selectedOf(screen, rows);
  const head = header(scene, width, paint);
  const foot = footer(scene, selected, width, paint);
  const isQuestion = screen.mode.kind === "keys" || screen.mode.kind === "explain" || screen.mode.kind === "confirm";
  const panel = panelOf(scene, selected, width, paint).slice(0, Math.max(0, height - 2 - (isQuestion ? 1 : leastList)));
  const room = Math.max(0, height - 2 - panel.length);
  const list = listOf(rows, { selected, width, paint, filter: screen.filter });
  const at = Math.max(0, list.findIndex(({ row }) => row !== undefined && row === selected));
  const top = Math.min(Math.max(0, list.length - room), Math.max(0, at - Math.floor(room / 2)));
  const seen = list.slice(top, top + room);
  const blank = Array<string>(room - seen.length).fill("");
  const lines = [head, ...seen.map(({ line }) => line), ...blank, ...panel, foot];
  return {
    lines: lines.slice(0, height).map((line) => fill(line, width)),
    rowsAt: [undefined, ...seen.map(({ row }) => row)],
  };
} // prettier-ignore

/** The lines of the list that a panel never covers. */
const leastList = 4;

const fill = (line: string, width: number): string => {
  const part = cut(line, width);
  return part + " ".repeat(Math.max(0, width - Bun.stringWidth(part)));
};

function header({ world, screen }: Scene, width: number, paint: Paint): string {
  const name = "claude-bottle";
  const summary = summaryOf(world, rowsOf(world, screen.snoozed, ""));
  const left = ` ${shorten(summary, Math.max(0, width - 2))}`;
  const gap = width - Bun.stringWidth(left) - name.length - 1;
  return gap > 0 ? `${paint("bold", left)}${" ".repeat(gap)}${paint("dim", name)} ` : paint("bold", left);
}

const titles: Readonly<Record<Section, string>> = { waiting: "WAITING", working: "WORKING", quiet: "QUIET" };

type ListLine = { readonly line: string; readonly row: Row | undefined };
type ListOptions = {
  readonly selected: Row | undefined;
  readonly width: number;
  readonly paint: Paint;
  readonly filter: string;
};

function listOf(rows: readonly Row[], { selected, width, paint, filter }: ListOptions): ListLine[] {
  if (rows.length === 0) {
    const empty = filter === "" ? "no bottles; n starts a session" : `nothing matches "${printable(filter)}"`;
    return [{ line: ` ${empty}`, row: undefined }];
  }
  const labelWidth = Math.min(Math.max(8, ...rows.map(({ label }) => Bun.stringWidth(label))), Math.floor(width / 3), 24);
  const diffWidth = rows.some(({ changes }) => hasChanges(changes)) ? 14 : 0;
  const lines: ListLine[] = [];
  let section: Section | undefined;
  for (const row of rows) {
    if (row.section !== section) lines.push({ line: ` ${paint("dim", titles[row.section])}`, row: undefined });
    section = row.section;
    const isSelected = row === selected;
    const line = rowLine(row, { labelWidth, diffWidth, width: width - 3, paint });
    lines.push({ line: ` ${isSelected ? paint("bold", "›") : " "} ${isSelected ? paint("bold", line) : line}`, row });
  }
  return lines;
} // prettier-ignore

const colours: Readonly<Record<Section, keyof typeof styles>> = { waiting: "yellow", working: "cyan", quiet: "dim" };

type RowWidths = { readonly labelWidth: number; readonly diffWidth: number; readonly width: number };

function rowLine(
  { label, section, session, state, age, text, changes, denied }: Row,
  { labelWidth, diffWidth, width, paint }: RowWidths & { readonly paint: Paint },
): string {
  const colour = session?.state === "failed" ? "red" : session?.state === "done" && section === "waiting" ? "green" : colours[section];
  const start = `${fit(label, labelWidth)}  ${paint(colour, fit(state, stateWidth))} ${fitRight(age, 4)}`;
  const used = labelWidth + 2 + stateWidth + 1 + 4;
  const numbersWidth = width - used >= 30 ? diffWidth : 0;
  const numbers = hasChanges(changes)
    ? `${paint("green", fitRight(`+${changes.added}`, 6))} ${paint("red", fitRight(`-${changes.removed}`, 6))}`
    : " ".repeat(13);
  const room = width - used - numbersWidth - 2;
  if (room < 4) return start;
  const words = denied.length > 0 && text === "" ? `denied: ${printable(denied.at(-1)?.target ?? "")}` : text;
  return `${start}  ${fit(words, room)}${numbersWidth > 0 ? ` ${numbers}` : ""}`;
} // prettier-ignore

const hasChanges = (changes: Row["changes"]): changes is NonNullable<Row["changes"]> =>
  changes !== undefined && changes.added + changes.removed > 0;

const stateWidth = 11;

/** What stands below the list: a question, help, the reasons for a state, or the selected session's screen. */
function panelOf(scene: Scene, selected: Row | undefined, width: number, paint: Paint): string[] {
  const { screen, world, preview } = scene;
  const wrapped = (line: string) => Bun.wrapAnsi(line, Math.max(8, width - 2), { hard: true, trim: false }).split("\n").map((part) => ` ${part}`);
  const rule = (title: string) => paint("dim", fit(`── ${title} ${"─".repeat(width)}`, width).replace(/…$/, "─"));
  switch (screen.mode.kind) {
    case "keys":
      return [rule("keys"), ...flow(help.map(([key, label]) => `${paint("bold", key)} ${label}`), width - 2)];
    case "confirm":
      return [rule("sure?"), ...screen.mode.lines.flatMap((line) => wrapped(printable(line)))];
    case "explain":
      return selected ? [rule(selected.label), ...explain(selected, world.now).flatMap(wrapped)] : [];
  }
  if (!selected || !screen.peek) return [];
  const { bottle, session, denied, usage } = selected;
  const facts = [
    selected.label,
    bottle.backend,
    session?.pane?.id,
    session?.isBackground ? "background" : undefined,
    bottle.network,
    usage?.cpu === undefined ? undefined : `${Math.round(usage.cpu * 100)} % cpu`,
    usage?.memory === undefined ? undefined : shortBytes(usage.memory),
  ].filter((fact) => fact !== undefined);
  const last = denied.at(-1);
  const blocked = last && `denied: ${printable(last.target)}, ${last.times === 1 ? "once" : `${last.times} times`}`;
  const offer = "a once  A project  ! never";
  return [
    rule(facts.join(" · ")),
    ...preview.map((line) => ` ${line}`),
    ...(blocked ? [` ${paint("yellow", shorten(blocked, width - offer.length - 5))}   ${paint("dim", offer)}`] : []),
  ];
} // prettier-ignore

const help: readonly (readonly [keys: string, label: string])[] = [
  ["enter 1-9", "go to the session"], ["o", "bring its pane beside this list"], ["W", "go to the session that has waited longest"],
  ["space", "show or hide its screen"], ["r", "reply"], ["d", "diff"], ["l", "log"], ["s", "shell in the bottle"], ["h", "shell on this machine"],
  ["a A !", "allow the denied host: this session, in bottle.toml, never"], ["n", "new session"], ["x", "stop"], ["X", "remove"],
  ["z", "snooze"], ["e", "explain this state"], ["j k g G arrows mouse", "move"], ["/", "filter"], ["ctrl-l", "draw again"],
  ["q", "leave; nothing ends"],
]; // prettier-ignore

/** As many per line as fit. */
function flow(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && Bun.stringWidth(last) + 2 + Bun.stringWidth(part) <= width) lines[lines.length - 1] = `${last}  ${part}`;
    else lines.push(` ${part}`);
  }
  return lines;
} // prettier-ignore

const footKeys: readonly (readonly [key: string, name: string, label: string])[] = [
  ["enter", "enter", "go"], ["space", " ", "peek"], ["r", "r", "reply"], ["o", "o", "bring"], ["d", "d", "diff"], ["s", "s", "shell"],
  ["n", "n", "new"], ["x", "x", "stop"], ["W", "W", "next"],
]; // prettier-ignore

function footer({ screen, place }: Scene, selected: Row | undefined, width: number, paint: Paint): string {
  const { mode, note, filter } = screen;
  const typed = (question: string, text: string, hint: string) => {
    const room = Math.max(8, width - question.length - hint.length - 7);
    const shown = Bun.stringWidth(text) > room ? `…${[...text].slice(-(room - 1)).join("")}` : text;
    return ` ${paint("bold", question)} ${printable(shown)}${paint("reverse", " ")}  ${paint("dim", hint)}`;
  };
  switch (mode.kind) {
    case "filter":
      return typed("filter", filter, "enter keep  esc all");
    case "reply":
      return typed(`${isChoice(mode.row) ? "choice for" : "reply to"} ${mode.row.label}:`, mode.text, "enter send  esc cancel");
    case "start":
      return typed(`new ${mode.isBackground ? "background " : ""}session in`, mode.text, `enter start  tab ${mode.isBackground ? "foreground" : "background"}  -- options of run`);
    case "confirm":
      return ` ${paint("bold", mode.question)}  ${paint("dim", "y yes  any other key no")}`;
    case "keys":
    case "explain":
      return ` ${paint("dim", "any key goes back")}`;
  }
  if (note !== undefined) return ` ${shorten(printable(note), width - 2)}`;
  if (filter !== "") return ` filter: ${printable(filter)}  ${paint("dim", "esc all")}`;
  const shown = footKeys.map(([key, name, label]) =>
    refusalOf(name, selected, place) === undefined ? `${paint("bold", key)} ${label}` : paint("dim", `${key} ${label}`),
  );
  // If not all fit, shows how to see all of them.
  const all = `${paint("bold", "?")} all`;
  const [first = ""] = flow(shown, width - 8);
  return `${first}  ${all}`;
} // prettier-ignore

/** The rows as plain text, for --once, screen readers and simple terminals. */
export function plainText(world: World, rows: readonly Row[]): string {
  const sections = Map.groupBy(rows, ({ section }) => section);
  const blocks = [...sections].map(([section, own]) =>
    [
      titles[section],
      ...own.map(({ label, state, age, text, changes }) => {
        const diff = changes && changes.added + changes.removed > 0 ? `+${changes.added} -${changes.removed}` : "";
        return `  ${[label, state, age, text, diff].filter((part) => part !== "").join("  ")}`;
      }),
    ].join("\n"),
  );
  return `${[summaryOf(world, rows), ...blocks].join("\n")}\n`;
}
