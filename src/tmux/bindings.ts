import { shellQuote } from "../lib/quote.ts";
import { tmuxQuote } from "./argv.ts";

/** What can be bound, in the prefix table. The keys are free in every tmux so far. */
export const actions = {
  open: { key: "b", note: "Claude in this directory's bottle", words: ["open"] },
  shell: { key: "e", note: "a shell in the same bottle", words: ["open", "--shell", "--split", "below"] },
} as const satisfies Record<string, { key: string; note: string; words: readonly string[] }>;

export type Action = keyof typeof actions;
export const actionNames = Object.keys(actions) as Action[];

/** In the background, or the client's keys would wait; with two ids only, as everything else can be asked for. */
export const runShellWords = (self: readonly string[], words: readonly string[]): string[] => [
  "run-shell",
  "-b",
  `${[...self, "tmux", ...words].map(shellQuote).join(" ").replaceAll("#", "##")} --pane #{q:pane_id} --client #{q:client_name}`,
];

export function bindingLine(self: readonly string[], action: Action, key: string): string {
  const { note, words } = actions[action];
  const [command = "", flag = "", line = ""] = runShellWords(self, words);
  return `bind-key -N ${tmuxQuote(`claude-bottle: ${note}`)} ${bareKey(key)} ${command} ${flag} ${tmuxQuote(line)}`;
}

const bareKey = (key: string): string => (/^[\w-]+$/.test(key) ? key : tmuxQuote(key));
