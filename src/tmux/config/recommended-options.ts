import type { Tmux } from "../tmux.ts";

/** A tmux option with which Claude Code works better. */
export type Need = { readonly option: string; readonly line: string; readonly why: string };

type Wanted = Need & { readonly good: (value: string) => boolean };

const isOn = (value: string) => value !== "off" && value !== "0";

/** Options that a server does not know are skipped. */
const wanted: readonly Wanted[] = [
  { option: "extended-keys", good: isOn, line: "set -sq extended-keys on", why: "Shift-Enter starts a new line" },
  {
    option: "terminal-features",
    good: (value) => value.includes("extkeys"),
    line: "set -asq terminal-features '*:extkeys'",
    why: "tmux asks the terminal for such keys",
  },
  { option: "focus-events", good: isOn, line: "set -sq focus-events on", why: "Claude knows whether you look at it" },
  {
    option: "allow-passthrough",
    good: isOn,
    line: "set -gq allow-passthrough on",
    why: "notifications reach the terminal; so does all else that a program in a pane has to say to it",
  },
  {
    option: "default-terminal",
    good: (value) => /^(tmux|screen|xterm)-(256color|direct)$/.test(value),
    line: "set -sq default-terminal tmux-256color",
    why: "all colours work",
  },
  { option: "escape-time", good: (ms) => Number(ms) <= 50, line: "set -sq escape-time 10", why: "Escape acts at once" },
  {
    option: "set-clipboard",
    // With "on", every program in a pane, including those in a bottle, could read and set tmux's newest buffer by OSC 52.
    good: isOn,
    line: "set -sq set-clipboard external",
    why: "what you copy in tmux reaches your clipboard, and no program in a pane reads it",
  },
];

export const needs: readonly Need[] = wanted;

/** The options that this server should set for Claude Code. Unknown options are skipped. */
export async function unmetNeeds(tmux: Tmux): Promise<Need[]> {
  const format = wanted.map(({ option }) => `#{${option}}`).join("\t");
  const values = (await tmux.run(["display-message", "-p", format])).replace(/\n$/, "").split("\t");
  // In older versions a list has no value as a format.
  const features = await tmux.run(["show-options", "-s", "terminal-features"]);
  return wanted.filter(({ option, good }, index) => {
    const value = option === "terminal-features" ? features : (values[index] ?? "");
    return value !== "" && !good(value);
  });
}
