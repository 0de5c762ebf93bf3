import { UserError, usageError } from "../errors.ts";
import { printable } from "../lib/quote.ts";
import { withoutPrefix } from "../ui/messages.ts";

/** In tmux's own words. */
export const tmuxFailed = (words: string): UserError =>
  new UserError(`tmux: ${printable(words)}`, {
    hint: words === "command too long" ? "tmux takes at most 16 KiB: put long arguments into a file" : undefined,
  });

export const tmuxMissing = (): UserError =>
  new UserError("tmux was not found", { hint: "add its directory to the PATH that the tmux server was started with" });

export const notInTmux = (): UserError =>
  new UserError("this only works inside tmux", { hint: "start one: tmux new-session" });

export const noPane = (pane: string): UserError => new UserError(`there is no pane "${printable(pane)}"`);

export const wrongPane = (named: string): UserError =>
  usageError(`--pane must be a number such as %3, not "${printable(named)}"`);

export const whichPane = (): UserError =>
  usageError("no pane was named, and this is not one", "name it as key bindings do: --pane '#{pane_id}'");

export const noClient = (client: string): UserError => new UserError(`there is no client "${printable(client)}"`);
export const noClientHere = (): UserError => new UserError("no client shows this pane");
export const controlClient = (): UserError => new UserError("a client in control mode shows no menus");
export const menuTooHigh = (): UserError => new UserError("the menu does not fit this terminal");

export const noBottleHere = (): UserError => new UserError("this pane does not show a bottle");

/** What one of our commands printed on stderr, for the status line. */
export const ownWords = (stderr: string): UserError =>
  new UserError(withoutPrefix(stderr.trim()) || "the command failed");

export const noClipboardProgram = (hint: string): UserError =>
  new UserError("there is no program here to read the clipboard with", { hint });

export const noDisplay = (): UserError =>
  new UserError("this terminal has no display, so its clipboard cannot be read", {
    hint: "over ssh, copy the file here and then: claude-bottle cp FILE :/tmp/",
  });

export const noPicture = (): UserError => new UserError("the clipboard holds no picture");

export const directoryGone = (whose: "bottle" | "pane", directory: string): UserError =>
  new UserError(`the directory "${printable(directory)}" of this ${whose} no longer exists`, {
    hint: "cd to a project first",
  });

export const noDirectory = (): UserError =>
  new UserError("this pane has no directory", { hint: "cd to a project first" });

export const paneBusy = (program: string): UserError =>
  new UserError(`"${printable(program)}" is running in this pane`, { hint: "leave it first, or open beside it" });

export const keyUsedTwice = (key: string): UserError =>
  usageError(`two actions use the key "${key}"`, "choose another key for one of them, or none");

export const noKeyLeft = (): UserError =>
  new UserError("there is no key left to bind", { hint: "choose one: claude-bottle tmux install --open-key KEY" });

export const brokenBlock = (file: string): UserError =>
  new UserError(`"${file}" holds only a part of what install wrote`, {
    hint: "remove that part by hand, with its # >>> claude-bottle and # <<< claude-bottle lines",
  });

export const unusablePath = (path: string): UserError =>
  new UserError(`tmux cannot run a program whose path holds "#[": "${path}"`);

export const cannotAskForChange = (): UserError =>
  new UserError("this asks before it changes a file, and there is no terminal to ask on", {
    hint: "to change it without a question, add --yes; to see the change only, --dry-run",
  });

/** `said`: what our own program printed. */
export function notInBackground(said: string): UserError {
  const [message = "", hint] = said
    .trim()
    .replace(/^claude-bottle: /, "")
    .split(/\n +/);
  return new UserError(message || "Claude did not start in the background", hint === undefined ? {} : { hint });
}
