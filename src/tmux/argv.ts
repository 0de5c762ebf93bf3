/** How the server is reached. `program` is of the server's own version where that can be found. */
export type Reach = { readonly program: string; readonly socket: string };

/** tmux takes a word's last `;` for the end of a command; everything else in a word it leaves alone. */
const protect = (word: string): string => (word.endsWith(";") ? `${word.slice(0, -1)}\\;` : word);

/** One call that runs the commands in turn. `-u`: without a UTF-8 locale tmux would print `_` for each other character. */
export const tmuxArgv = ({ program, socket }: Reach, commands: readonly (readonly string[])[]): string[] => [
  program,
  "-u",
  "-S",
  socket,
  ...commands.flatMap((words, index) => [...(index > 0 ? [";"] : []), ...words.map(protect)]),
];

/** Text that tmux would expand as a format shows as it is. Before a `[` no doubling helps. */
export const escapeTmuxFormat = (text: string): string => text.replaceAll("#[", "# [").replaceAll("#", "##");

/** A word of a command that tmux parses itself: in a binding, a menu or a hook. */
export const tmuxQuote = (word: string): string =>
  `"${word
    .replace(/[\\"$]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replaceAll("\r", "\\r")}"`;

export type Place = "right" | "below" | "window" | "popup" | "here";

export type Opening = {
  readonly place: Place;
  readonly pane: string;
  readonly window: string;
  readonly zoomed: boolean;
  readonly client: string | undefined;
  /** Of a window. */
  readonly name: string;
  /** At least two words: of a single one tmux makes a shell's command line. Empty: the user's own shell. */
  readonly command: readonly string[];
};

/**
 * Opens `command` and prints the new pane's id. No directory: to tmux that is a format, in which a `#(...)` runs. The new
 * pane starts where the tmux program was started.
 */
export function openArgv({ place, pane, window, zoomed, client, name, command }: Opening): string[] {
  const printed = ["-P", "-F", "#{pane_id}"];
  const words = command.length > 0 ? ["--", ...command] : [];
  switch (place) {
    case "right":
    case "below":
      return ["split-window", place === "right" ? "-h" : "-v", ...(zoomed ? ["-Z"] : []), "-t", pane, ...printed, ...words];
    case "window":
      return ["new-window", "-a", "-t", window, "-n", escapeTmuxFormat(name), ...printed, ...words];
    case "popup":
      return ["display-popup", "-E", ...(client === undefined ? [] : ["-c", client]), "-t", pane, "-w", "90%", "-h", "90%", ...words];
    case "here":
      return ["respawn-pane", "-k", "-t", pane, ...words];
  }
} // prettier-ignore

/** What an ordinary pane has not: the user's remain-on-exit would keep a pane that ended well. */
export const adoptArgv = (pane: string): string[] => ["set-option", "-p", "-t", pane, "remain-on-exit", "off"];

const tagArgv = (pane: string, tags: Readonly<Record<string, string | undefined>>): string[][] =>
  Object.entries(tags).map(([name, value]) => [
    "set-option",
    "-p",
    ...(value === undefined ? ["-u"] : []),
    "-t",
    pane,
    `@claude-bottle${name && `-${name}`}`,
    ...(value === undefined ? [] : [tmuxQuote(value)]),
  ]);

/** Sets the pane's options, where it is the one of that terminal. */
export const tagOwnArgv = (
  pane: string,
  terminal: string,
  tags: Readonly<Record<string, string | undefined>>,
): string[] => [
  "if-shell",
  "-F",
  "-t",
  pane,
  `#{==:#{pane_tty},${terminal}}`,
  tagArgv(pane, tags)
    .map((words) => words.join(" "))
    .join(" ; "),
];

/** `separator`: what no value holds. Of control characters tmux 3.4 would print the octal number. */
export const askArgv = (pane: string, fields: readonly string[], separator: string): string[] => [
  "display-message",
  "-p",
  "-t",
  pane,
  fields.map((field) => `#{${field}}`).join(separator),
];

export const messageArgv = (client: string | undefined, text: string): string[] => [
  "display-message",
  "-d",
  "8000",
  ...(client === undefined ? [] : ["-c", client]),
  // This one is a date too.
  escapeTmuxFormat(text).replaceAll("%", "%%"),
];

/** What a menu runs by a key; undefined: a line between. The label is text, the command is for tmux to parse. */
export type MenuItem = { readonly label: string; readonly key: string; readonly command: string } | undefined;

/** All but blocks of letters and signs that have long been full: every C library knows their widths. */
const unknownWidth =
  /[^\x20-\x7e\u00a1-\u0377\u038e-\u03a1\u03a3-\u0527\u2010-\u2027\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3]/gu;

export const menuArgv = (pane: string, client: string, title: string, items: readonly MenuItem[]): string[] => [
  "display-menu",
  "-c",
  client,
  "-t",
  pane,
  "-x",
  "P",
  "-y",
  "P",
  "-T",
  // tmux 3.3a was seen to hang while it drew a title whose width its C library could not tell. Only blocks of characters that have long
  // been full reach it.
  escapeTmuxFormat(title.replace(unknownWidth, "?")),
  "--",
  // The command is a format too, before it is parsed.
  ...items.flatMap((item) =>
    item ? [escapeTmuxFormat(item.label), item.key, item.command.replaceAll("#", "##")] : [""],
  ),
];
