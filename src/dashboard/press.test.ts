import { expect, test } from "bun:test";
import type { Session } from "../activity/sessions.ts";
import { type Around, firstScreen, keptSelection, press, type Place, refusalOf, type Screen } from "./press.ts";
import type { Row } from "./rows.ts";

const pane = { id: "%12", terminal: "/dev/pts/3", server: { pid: 1, started: "1" } };
const row = (key: string, part: Partial<Row> = {}, session: Partial<Session> | undefined = {}): Row => ({
  key, section: "waiting", label: key, state: "question", age: "1m", text: "", changes: undefined, denied: [], usage: undefined,
  bottle: { name: `cb-${key}`, directory: `/work/${key}`, givenName: undefined, backend: "podman", network: "allowlist", state: "running", lastUsedAt: undefined, size: undefined, conversations: undefined },
  session: session && { id: key, bottle: `cb-${key}`, directory: `/work/${key}`, kind: "agent", isBackground: false, startedAt: 0, state: "waiting", since: 0, source: "record", pane, ...session },
  ...part,
}); // prettier-ignore
const rows = [
  row("a"),
  row("b", {}, { isBackground: true, pane: undefined, since: -5 }),
  row("c", { section: "quiet", session: undefined, state: "stopped" }),
];
const around = (place: Place = "pane"): Around => ({ rows, place, now: 7, rowAt: (line) => rows[line - 3] });

const key = (name: string) => ({ kind: "key", name }) as const;
function pressed(names: readonly string[], place: Place = "pane", start: Partial<Screen> = {}) {
  let screen: Screen = { ...firstScreen, ...start };
  const actions: unknown[] = [];
  for (const name of names) {
    const { screen: next, action } = press(screen, key(name), around(place));
    screen = next;
    if (action) actions.push("row" in action ? [action.kind, action.row.key, ...("what" in action ? [action.what] : [])] : action.kind);
  }
  return { screen, actions };
} // prettier-ignore

test.each([
  ["j moves down, k up, g and G to the ends", ["j"], "b"],
  ["", ["j", "k"], "a"],
  ["", ["G"], "c"],
  ["", ["G", "j"], "c"],
  ["", ["G", "g"], "a"],
])("%s %p", (_, names, selected) => expect(pressed(names).screen.selected).toBe(selected));

test.each([
  ["enter goes to the selected session", ["j", "enter"], [["go", "b"]]],
  ["a number goes to that row", ["2"], [["go", "b"]]],
  ["W goes to the session that has waited longest", ["W"], [["go", "b"]]],
  ["o brings its pane", ["o"], [["bring", "a"]]],
  ["d, l, s and h open", ["d", "l", "s", "h"], [["open", "a", "diff"], ["open", "a", "log"], ["open", "a", "shell"], ["open", "a", "host shell"]]],
  ["x asks first", ["x"], []],
  ["and stops after y", ["x", "y"], [["stop", "a"]]],
  ["and after no other key", ["x", "n"], []],
  ["X asks what would be lost", ["X"], [["remove", "a"]]],
  ["q leaves", ["q"], ["leave"]],
])("%s", (_, names, actions) => expect(pressed(names).actions).toEqual(actions)); // prettier-ignore

test("a row that goes leaves the selection to its bottle, or to the row in its place", () => {
  const kept = (selected: string, now: readonly Row[]) => keptSelection({ ...firstScreen, selected }, rows, now);
  expect(kept("b", [rows[0]!, row("new"), rows[1]!])).toBe("b");
  expect(kept("c", [rows[0]!, row("d", { bottle: rows[2]!.bottle })])).toBe("d");
  expect(kept("b", [rows[0]!, rows[2]!])).toBe("c");
  expect(kept("c", [rows[0]!])).toBe("a");
  expect(kept("c", [])).toBeUndefined();
});

test("a reply is one typed line, sent by enter and dropped by escape", () => {
  const finished = { ...around(), rows: [row("a", { state: "done" }, { state: "done" })] };
  const { screen } = press(firstScreen, key("r"), finished);
  const typed = press(screen, { kind: "text", text: "drop\nit" }, finished).screen;
  expect(press(typed, key("enter"), finished).action).toMatchObject({ kind: "reply", text: "drop it" });
  // It went on meanwhile.
  const later = { ...finished, rows: [row("a", {}, { since: 1 })] };
  expect(press(typed, key("enter"), later)).toMatchObject({
    screen: { note: "a has changed since; nothing was sent" },
  });
  expect(pressed(["r", "x", "escape"])).toMatchObject({ screen: { mode: { kind: "list" } }, actions: [] });
});

test("a menu takes the number of a choice, and no words", () => {
  const menu = { ...around(), rows: [row("a", {}, { waitingFor: "permission" })] };
  const send = (text: string) => [{ kind: "text", text } as const, key("enter")].reduce((now, one) => press(now.screen, one, menu), press(firstScreen, key("r"), menu));
  expect(send("2").action).toMatchObject({ kind: "reply", text: "2" });
  expect(send("no, leave it")).toEqual({ screen: expect.objectContaining({ note: expect.stringMatching(/^a shows a menu/) }) });
}); // prettier-ignore

test.each<[string, Row, Place, string]>([
  ["o", rows[0]!, "terminal", "moving panes needs tmux"],
  ["o", rows[0]!, "popup", "a popup cannot hold another pane"],
  ["o", rows[1]!, "pane", "this session has no pane of this tmux server"],
  ["r", rows[0]!, "terminal", "sending a reply needs tmux"],
  ["r", rows[2]!, "pane", "this row does not wait for an answer"],
  ["enter", rows[0]!, "terminal", "it runs in tmux pane %12, on /dev/pts/3"],
  ["a", rows[0]!, "pane", "no host was denied here"],
  ["s", rows[0]!, "popup", "a popup cannot be split"],
  ["x", rows[2]!, "pane", "this bottle is not running"],
])("%s says why it cannot work", (name, row, place, reason) => expect(refusalOf(name, row, place)).toBe(reason)); // prettier-ignore

test("a filter is typed, kept by enter, and dropped by escape", () => {
  expect(pressed(["/", "a", "b", "backspace", "enter"]).screen).toMatchObject({ filter: "a", mode: { kind: "list" } });
  expect(pressed(["/", "a", "escape"]).screen.filter).toBe("");
});

test("a click selects the row under it, a second one goes there", () => {
  const click = (isDouble: boolean) => ({ kind: "click", row: 4, column: 3, isDouble }) as const;
  expect(press(firstScreen, click(false), around()).screen.selected).toBe("b");
  expect(press(firstScreen, click(true), around()).action).toMatchObject({ kind: "go" });
  expect(press(firstScreen, { kind: "click", row: 1, column: 1, isDouble: false }, around()).screen.selected).toBeUndefined();
}); // prettier-ignore

test("a new session takes a directory and options of run", () => {
  let { screen } = pressed(["n", "ctrl-u"]);
  screen = press(screen, { kind: "text", text: "~/shop -- --name two" }, around()).screen;
  screen = press(screen, key("tab"), around()).screen;
  expect(press(screen, key("enter"), around()).action).toEqual({
    kind: "start", directory: "~/shop", words: ["--name", "two"], isBackground: true,
  }); // prettier-ignore
});
