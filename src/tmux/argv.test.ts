import { expect, test } from "bun:test";
import {
  askArgv,
  escapeTmuxFormat,
  menuArgv,
  messageArgv,
  openArgv,
  tagOwnArgv,
  tmuxArgv,
  tmuxQuote,
  type Opening,
} from "./argv.ts";

const reach = { program: "tmux", socket: "/run/t,1" };
const opening: Opening = {
  place: "right", pane: "%3", window: "@2", zoomed: false, client: undefined, name: "shop", command: ["/bin/cb", "tmux", "pane"],
}; // prettier-ignore

test.each([
  ["right", {}, "split-window -h -t %3 -P -F #{pane_id} -- /bin/cb tmux pane"],
  ["below", { place: "below" }, "split-window -v -t %3 -P -F #{pane_id} -- /bin/cb tmux pane"],
  ["a zoomed window stays zoomed", { zoomed: true }, "split-window -h -Z -t %3 -P -F #{pane_id} -- /bin/cb tmux pane"],
  ["a window", { place: "window" }, "new-window -a -t @2 -n shop -P -F #{pane_id} -- /bin/cb tmux pane"],
  ["a window's name is no format", { place: "window", name: "a#(id)#[x]" }, "new-window -a -t @2 -n a##(id)## [x] -P -F #{pane_id} -- /bin/cb tmux pane"],
  ["a popup", { place: "popup", client: "c1" }, "display-popup -E -c c1 -t %3 -w 90% -h 90% -- /bin/cb tmux pane"],
  ["a popup of whichever client", { place: "popup" }, "display-popup -E -t %3 -w 90% -h 90% -- /bin/cb tmux pane"],
  ["here", { place: "here" }, "respawn-pane -k -t %3 -- /bin/cb tmux pane"],
  ["the user's own shell", { command: [] }, "split-window -h -t %3 -P -F #{pane_id}"],
] as const)("%s", (_, part, line) => expect(openArgv({ ...opening, ...part }).join(" ")).toBe(line)); // prettier-ignore

test("only a semicolon at the end of a word means something to tmux", () => {
  const words = ["; ;", "a;", ";", "#{x}", "$(id)", "", "a\nb", "-x", "é;"];
  expect(tmuxArgv(reach, [words, ["next-window"]])).toEqual([
    "tmux", "-u", "-S", "/run/t,1", "; \\;", "a\\;", "\\;", "#{x}", "$(id)", "", "a\nb", "-x", "é\\;", ";", "next-window",
  ]); // prettier-ignore
});

test.each([
  ["a#b", "a##b"],
  ["#{pid} %H", "##{pid} %H"],
  ["#[fg=red]", "## [fg=red]"],
])("%p is shown as such by %p", (text, expected) => expect(escapeTmuxFormat(text)).toBe(expected));

test.each([
  ["plain", '"plain"'],
  ['a "b" $c \\', '"a \\"b\\" \\$c \\\\"'],
  ["a\nb\tc", '"a\\nb\\tc"'],
])("%p in a configuration", (text, expected) => expect(tmuxQuote(text)).toBe(expected));

test("a pane's options are set and unset, where it is the one of that terminal", () => {
  expect(tagOwnArgv("%1", "/dev/pts/3", { "": "cb-a", session: undefined }).join(" ")).toBe(
    'if-shell -F -t %1 #{==:#{pane_tty},/dev/pts/3} set-option -p -t %1 @claude-bottle "cb-a" ; set-option -p -u -t %1 @claude-bottle-session',
  );
});

test("what is asked and told", () => {
  expect(askArgv("%1", ["pane_id", "pane_current_path"], "|").join(" ")).toBe(
    "display-message -p -t %1 #{pane_id}|#{pane_current_path}",
  );
  expect(messageArgv("/dev/pts/1", "100%").join(" ")).toBe("display-message -d 8000 -c /dev/pts/1 100%%");
});

test("a menu's title has no character that tmux may not know the width of", () => {
  const [, title] = menuArgv("%1", "c", "é漢がк–#{x}ก\u05d0", []).join(" ").split(" -T ");
  expect(title).toBe("é漢がк–##{x}?? --");
});
