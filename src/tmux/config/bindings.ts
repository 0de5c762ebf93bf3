import { shellQuote } from "../../lib/quote.ts";
import { prefix } from "../../ui/messages.ts";
import { tmuxQuote } from "../argv.ts";

/** The actions that can be bound in the prefix table, each with its own option of `tmux install`. No tmux version binds these keys. */
export const actions = {
  open: { key: "b", opens: "Claude", note: "Claude in this directory's bottle", words: ["open"] },
  shell: {
    key: "e",
    opens: "a shell",
    note: "a shell in the same bottle",
    words: ["open", "--shell", "--split", "below"],
  },
  menu: { key: "B", opens: "the menu", note: "a menu for this pane", words: ["menu"] },
  dashboard: {
    key: "A",
    opens: "the dashboard",
    note: "every session of every bottle",
    words: ["open", "--dashboard", "--window"],
  },
  next: {
    key: "W",
    opens: "the next session that waits",
    note: "the session that has waited for you longest",
    words: ["next"],
  },
  paste: {
    key: "P",
    opens: "pasting a picture",
    note: "the clipboard's picture, into the bottle",
    words: ["paste-image"],
  },
} as const satisfies Record<string, { key: string; opens: string; note: string; words: readonly string[] }>;

export type Action = keyof typeof actions;
export const actionNames = Object.keys(actions) as Action[];

/**
 * One of our commands, for tmux to parse. It runs in the background, because otherwise the client's keys would wait. It passes only two IDs;
 * everything else can be asked for.
 */
export function ownCommand(self: readonly string[], [verb = "", ...rest]: readonly string[], ids = bindingIds): string {
  const [program, words] = [[...self, "tmux", verb], rest].map((part) =>
    part.map(shellQuote).join(" ").replaceAll("#", "##"),
  );
  const line = [program, "--pane", ids.pane, "--client", ids.client, words].filter(Boolean).join(" ");
  return `run-shell -b ${tmuxQuote(line)}`;
}

const bindingIds = { pane: "#{q:pane_id}", client: "#{q:client_name}" };

export const bindingLine = (self: readonly string[], action: Action, key: string): string =>
  `bind-key -N ${tmuxQuote(`${prefix}${actions[action].note}`)} ${bareKey(key)} ${ownCommand(self, actions[action].words)}`;

/** The key of each action. `none` leaves it out. */
export type Keys = Readonly<Partial<Record<Action, string>>>;

export const bindingLines = (self: readonly string[], keys: Keys): string[] =>
  actionNames.flatMap((action) => {
    const key = keys[action] ?? actions[action].key;
    return key === "none" ? [] : [bindingLine(self, action, key)];
  });

const bareKey = (key: string): string => (/^[\w-]+$/.test(key) ? key : tmuxQuote(key));
