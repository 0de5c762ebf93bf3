/** How to reach the server. `program` has the server's own version if that can be found. */
export type Reach = { readonly program: string; readonly socket: string };

/** tmux reads a trailing `;` as the end of a command. It leaves everything else in a word alone. */
const protect = (word: string): string => (word.endsWith(";") ? `${word.slice(0, -1)}\\;` : word);

/** Runs the commands in one call. `-u`: without a UTF-8 locale tmux prints `_` for every other character. */
export const tmuxArgv = ({ program, socket }: Reach, commands: readonly (readonly string[])[]): string[] => [
  program,
  "-u",
  "-S",
  socket,
  ...commands.flatMap((words, index) => [...(index > 0 ? [";"] : []), ...words.map(protect)]),
];

/** Escapes text for a place where tmux expands formats. Doubling the # does not help before a `[`. */
export const escapeTmuxFormat = (text: string): string => text.replaceAll("#[", "# [").replaceAll("#", "##");

/** Quotes a word of a command that tmux itself parses: in a binding, a menu or a hook. */
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
  /** The name of a window. */
  readonly name: string;
  /** At least two words: tmux runs a single one in a shell. Empty for the user's own shell. */
  readonly command: readonly string[];
};

/**
 * Opens `command` and prints the new pane's ID. The directory is not passed: tmux would expand it as a format, in which `#(...)` runs a command. The
 * new pane starts where the tmux program was started.
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

/** Undoes the user's remain-on-exit for this pane, which would keep it after a good end. */
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

/** Sets the pane's options if it is the pane of that terminal. */
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

/** `separator`: a text that no value contains. tmux 3.4 prints a control character as its octal number. */
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
  // tmux also expands this text as a date.
  escapeTmuxFormat(text).replaceAll("%", "%%"),
];

/** A menu entry and its key; undefined for a separator. The label is text; tmux parses the command. */
export type MenuItem = { readonly label: string; readonly key: string; readonly command: string } | undefined;

/** All characters except those in blocks of letters and signs that have long been complete, whose widths every C library knows. */
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
  // tmux 3.3a was seen to hang while drawing a title whose width its C library did not know. Only blocks of characters that have long been complete
  // reach it.
  escapeTmuxFormat(title.replace(unknownWidth, "?")),
  "--",
  // The command is expanded as a format before it is parsed.
  ...items.flatMap((item) =>
    item ? [escapeTmuxFormat(item.label), item.key, item.command.replaceAll("#", "##")] : [""],
  ),
];
