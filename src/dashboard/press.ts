import type { Key } from "./keys.ts";
import type { Row, Snoozed } from "./rows.ts";
import { stopBottle, stopSession } from "./messages.ts";

/** Where the dashboard runs. */
export type Place = "terminal" | "pane" | "popup";

export type Opening = "diff" | "log" | "shell" | "host shell";

/** What a key press asks the program to do. */
export type Action =
  | { readonly kind: "go"; readonly row: Row }
  | { readonly kind: "bring"; readonly row: Row }
  | { readonly kind: "reply"; readonly row: Row; readonly text: string }
  | { readonly kind: "allow"; readonly row: Row; readonly host: string; readonly reach: "session" | "project" | "never" }
  | { readonly kind: "open"; readonly row: Row; readonly what: Opening }
  | { readonly kind: "start"; readonly directory: string; readonly words: readonly string[]; readonly isBackground: boolean }
  | { readonly kind: "stop"; readonly row: Row }
  | { readonly kind: "remove"; readonly row: Row; readonly how: "ask" | "plain" | "force" }
  | { readonly kind: "suspend" }
  | { readonly kind: "redraw" }
  | { readonly kind: "leave" }; // prettier-ignore

export type Mode =
  | { readonly kind: "list" }
  | { readonly kind: "filter" }
  | { readonly kind: "reply"; readonly row: Row; readonly text: string }
  | { readonly kind: "start"; readonly text: string; readonly isBackground: boolean }
  | { readonly kind: "confirm"; readonly question: string; readonly lines: readonly string[]; readonly action: Action }
  | { readonly kind: "explain" }
  | { readonly kind: "keys" };

export type Screen = {
  /** The key of the selected row. */
  readonly selected: string | undefined;
  readonly peek: boolean;
  readonly filter: string;
  readonly snoozed: Snoozed;
  readonly mode: Mode;
  /** One line about the last key press. */
  readonly note: string | undefined;
};

export const firstScreen: Screen = {
  selected: undefined,
  peek: true,
  filter: "",
  snoozed: new Map(),
  mode: { kind: "list" },
  note: undefined,
};

export type Around = {
  readonly rows: readonly Row[];
  readonly place: Place;
  readonly now: number;
  /** The row on that line of the terminal, counted from 1. */
  readonly rowAt: (line: number) => Row | undefined;
};

type Pressed = { readonly screen: Screen; readonly action?: Action };

export const selectedOf = ({ selected }: Screen, rows: readonly Row[]): Row | undefined =>
  rows.find(({ key }) => key === selected) ?? rows[0];

/** The key to select next: the same row, otherwise a row of its bottle, otherwise the row in its place. */
export function keptSelection({ selected }: Screen, before: readonly Row[], rows: readonly Row[]): string | undefined {
  const at = before.findIndex(({ key }) => key === selected);
  const same = (test: (row: Row) => boolean) => rows.find(test)?.key;
  return (
    same(({ key }) => key === selected) ??
    same(({ bottle }) => bottle.name === before[at]?.bottle.name) ??
    rows[Math.max(0, Math.min(at, rows.length - 1))]?.key
  );
}

/** Why a key does nothing on this row; undefined if it works. The footer dims such keys, and pressing one shows the reason. */
export function refusalOf(name: string, row: Row | undefined, place: Place): string | undefined {
  if (anyRow.includes(name)) return undefined;
  if (row === undefined) return "no row is selected";
  const { session, denied } = row;
  switch (name) {
    case "enter":
      return isElsewhere(row, place) ? whereOf(row) : undefined;
    case "o":
      if (place === "terminal") return "moving panes needs tmux";
      if (place === "popup") return "a popup cannot hold another pane";
      return session?.pane ? undefined : "this session has no pane of this tmux server";
    case "r":
      if (session === undefined || row.section !== "waiting") return "this row does not wait for an answer";
      if (place === "terminal") return "sending a reply needs tmux";
      return session.pane ? undefined : "this session has no pane to send a reply to; enter attaches it";
    case "a":
    case "A":
    case "!":
      return denied.length === 0 ? "no host was denied here" : undefined;
    case "d":
    case "s":
    case "h":
      return place === "popup" ? "a popup cannot be split" : undefined;
    case "e":
    case "z":
      return session === undefined ? "this bottle has no session" : undefined;
    case "x":
      return session === undefined && row.state !== "running" ? "this bottle is not running" : undefined;
    default:
      return undefined;
  }
}

const anyRow = ["n", "/", "?", "q", " ", "g", "G", "W"];

/** A foreground session on another terminal, which can be used only there. */
const isElsewhere = ({ session }: Row, place: Place): boolean =>
  session !== undefined && !session.isBackground && (place === "terminal" || session.pane === undefined);

export function whereOf({ session }: Row): string {
  const { pane, process } = session ?? {};
  if (pane) return `it runs in tmux pane ${pane.id}, on ${pane.terminal}`;
  return process ? `it runs in another terminal, as process ${process.pid}` : "it runs in another terminal";
}

export function press(screen: Screen, key: Key, around: Around): Pressed {
  const clean = { ...screen, note: undefined };
  if (key.kind === "key" && key.name === "ctrl-c") return screen.mode.kind === "list" ? { screen, action: { kind: "leave" } } : toList(clean);
  if (key.kind === "key" && key.name === "ctrl-z") return { screen, action: { kind: "suspend" } };
  if (key.kind === "key" && key.name === "ctrl-l") return { screen, action: { kind: "redraw" } };
  switch (screen.mode.kind) {
    case "list":
      return inList(clean, key, around);
    case "filter":
      return inFilter(clean, key, around);
    case "reply":
      return inReply(clean, screen.mode, key, around);
    case "start":
      return inStart(clean, screen.mode, key);
    case "confirm":
      if (key.kind === "key" && key.name === "y") return { ...toList(clean), action: screen.mode.action };
      return toList(clean);
    default:
      return key.kind === "wheel" ? { screen } : toList(clean);
  }
} // prettier-ignore

const toList = (screen: Screen): Pressed => ({ screen: { ...screen, mode: { kind: "list" } } });

function inList(screen: Screen, key: Key, around: Around): Pressed {
  const { rows, place, rowAt } = around;
  if (key.kind === "text") return { screen };
  if (key.kind === "wheel") return { screen: moved(screen, rows, key.by) };
  if (key.kind === "click") {
    const row = rowAt(key.row);
    if (!row) return { screen };
    const clicked = { ...screen, selected: row.key };
    return key.isDouble ? onRow(clicked, "enter", row, around) : { screen: clicked };
  }
  switch (key.name) {
    case "q":
    case "escape":
      if (key.name === "escape" && screen.filter !== "") return { screen: { ...screen, filter: "" } };
      return key.name === "q" ? { screen, action: { kind: "leave" } } : { screen };
    case "j":
    case "down":
      return { screen: moved(screen, rows, 1) };
    case "k":
    case "up":
      return { screen: moved(screen, rows, -1) };
    case "page-down":
      return { screen: moved(screen, rows, 10) };
    case "page-up":
      return { screen: moved(screen, rows, -10) };
    case "g":
    case "home":
      return { screen: moved(screen, rows, -rows.length) };
    case "G":
    case "end":
      return { screen: moved(screen, rows, rows.length) };
    case " ":
      return { screen: { ...screen, peek: !screen.peek } };
    case "/":
      return { screen: { ...screen, mode: { kind: "filter" } } };
    case "?":
      return { screen: { ...screen, mode: { kind: "keys" } } };
    case "W": {
      const next = rows.filter(({ section }) => section === "waiting").toSorted(longestFirst)[0];
      return next ? onRow({ ...screen, selected: next.key }, "enter", next, around) : { screen: { ...screen, note: "no session waits" } };
    }
    case "n":
      return { screen: { ...screen, mode: { kind: "start", text: selectedOf(screen, rows)?.bottle.directory ?? "", isBackground: false } } };
  }
  if (/^[1-9]$/.test(key.name)) {
    const row = rows[Number(key.name) - 1];
    return row ? onRow({ ...screen, selected: row.key }, "enter", row, around) : { screen };
  }
  const row = selectedOf(screen, rows);
  return handled.includes(key.name) ? onRow(screen, key.name, row, { ...around, place }) : { screen };
} // prettier-ignore

const handled = ["enter", "o", "r", "a", "A", "!", "d", "l", "s", "h", "x", "X", "e", "z"];

const longestFirst = (one: Row, other: Row) => (one.session?.since ?? 0) - (other.session?.since ?? 0);

function moved(screen: Screen, rows: readonly Row[], by: number): Screen {
  const at = Math.max(0, rows.findIndex(({ key }) => key === selectedOf(screen, rows)?.key));
  return { ...screen, selected: rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.key };
} // prettier-ignore

function onRow(screen: Screen, name: string, row: Row | undefined, { place, now }: Around): Pressed {
  const refusal = refusalOf(name, row, place);
  if (refusal !== undefined || row === undefined) return { screen: { ...screen, note: refusal } };
  const label = `"${row.label}"`;
  switch (name) {
    case "enter":
      return { screen, action: { kind: "go", row } };
    case "o":
      return { screen, action: { kind: "bring", row } };
    case "r":
      return { screen: { ...screen, mode: { kind: "reply", row, text: "" } } };
    case "a":
    case "A":
    case "!": {
      const host = row.denied.at(-1)?.target ?? "";
      const reach = name === "a" ? "session" : name === "A" ? "project" : "never";
      return { screen, action: { kind: "allow", row, host, reach } };
    }
    case "d":
      return { screen, action: { kind: "open", row, what: "diff" } };
    case "l":
      return { screen, action: { kind: "open", row, what: "log" } };
    case "s":
      return { screen, action: { kind: "open", row, what: "shell" } };
    case "h":
      return { screen, action: { kind: "open", row, what: "host shell" } };
    case "x":
      return ask(screen, row.session ? stopSession(label) : stopBottle(label), { kind: "stop", row });
    case "X":
      return { screen, action: { kind: "remove", row, how: "ask" } };
    case "e":
      return { screen: { ...screen, mode: { kind: "explain" } } };
    default:
      return { screen: { ...screen, snoozed: new Map([...screen.snoozed, [row.key, now]]), note: `${row.label} is snoozed until its state changes` } };
  }
} // prettier-ignore

export const ask = (screen: Screen, question: string, action: Action, lines: readonly string[] = []): Pressed => ({
  screen: { ...screen, mode: { kind: "confirm", question, lines, action } },
});

/** One line of typed text, edited at its end. */
function edited(text: string, key: Key): string {
  if (key.kind === "text") return text + key.text.replace(/[\r\n\t]+/g, " ");
  if (key.kind !== "key") return text;
  if (key.name === "backspace") return [...text].slice(0, -1).join("");
  if (key.name === "ctrl-u") return "";
  if (key.name === "ctrl-w") return text.replace(/\s*\S*\s*$/, "");
  return [...key.name].length === 1 ? text + key.name : text;
}

function inFilter(screen: Screen, key: Key, { rows }: Around): Pressed {
  if (key.kind === "key" && key.name === "escape") return toList({ ...screen, filter: "" });
  if (key.kind === "key" && key.name === "enter") return toList(screen);
  if (key.kind === "key" && (key.name === "down" || key.name === "up"))
    return { screen: moved(screen, rows, key.name === "down" ? 1 : -1) };
  return { screen: { ...screen, filter: edited(screen.filter, key) } };
}

/** Whether the session shows a menu. Claude Code ignores letters there, and Enter chooses the first entry, which is yes. */
export const isChoice = ({ session }: Row): boolean =>
  session?.state === "waiting" && ["permission", "plan", "question"].includes(session.waitingFor ?? "");

function inReply(screen: Screen, mode: Mode & { readonly kind: "reply" }, key: Key, { rows }: Around): Pressed {
  if (key.kind === "key" && key.name === "escape") return toList(screen);
  if (key.kind !== "key" || key.name !== "enter") return { screen: { ...screen, mode: { ...mode, text: edited(mode.text, key) } } };
  const { row, text } = mode;
  const note = (words: string) => toList({ ...screen, note: words });
  if (text.trim() === "") return note("nothing was sent");
  if (isChoice(row) && !/^[1-9]$/.test(text.trim())) return note(`${row.label} shows a menu: reply with the number of a choice, or go there with enter`);
  const now = rows.find((one) => one.key === row.key)?.session;
  if (now?.state !== row.session?.state || now?.since !== row.session?.since) return note(`${row.label} has changed since; nothing was sent`);
  return { ...toList(screen), action: { kind: "reply", row, text: isChoice(row) ? text.trim() : text } };
} // prettier-ignore

/** "DIRECTORY [-- OPTIONS OF run]". Tab switches between foreground and background. */
function inStart(screen: Screen, mode: Mode & { readonly kind: "start" }, key: Key): Pressed {
  if (key.kind === "key" && key.name === "escape") return toList(screen);
  if (key.kind === "key" && key.name === "tab") return { screen: { ...screen, mode: { ...mode, isBackground: !mode.isBackground } } };
  if (key.kind === "key" && key.name === "enter") {
    const [directory = "", options = ""] = mode.text.split(/ -- (.*)/s);
    if (!directory.startsWith("/") && !directory.startsWith("~")) return toList({ ...screen, note: "a new session needs the full path of a directory" });
    const words = options.split(/\s+/).filter(Boolean);
    return { ...toList(screen), action: { kind: "start", directory: directory.trimEnd(), words, isBackground: mode.isBackground } };
  }
  return { screen: { ...screen, mode: { ...mode, text: edited(mode.text, key) } } };
} // prettier-ignore
