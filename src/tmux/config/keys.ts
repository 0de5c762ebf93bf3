import { UserError } from "../../errors.ts";
import type { System } from "../../system/system.ts";
import { actionNames, actions, type Keys } from "./bindings.ts";
import { prefix, warn } from "../../ui/messages.ts";
import type { Tmux } from "../tmux.ts";
import { keyUsedTwice } from "../errors.ts";
import { keyTaken } from "../messages.ts";

export function assertDistinctKeys(keys: Keys): void {
  const chosen = actionNames.map((action) => keys[action] ?? actions[action].key).filter((key) => key !== "none");
  const twice = chosen.find((key, index) => chosen.indexOf(key) < index);
  if (twice === undefined) return;
  throw keyUsedTwice(twice);
}

/**
 * The keys under tmux's names for them: `^b` is C-b. To find out, each is bound briefly in an unused table. Throws UserError with tmux's message for
 * an unknown key.
 */
export async function knownKeys(tmux: Tmux, keys: Keys): Promise<Keys> {
  const known: Record<string, string> = { ...keys };
  for (const [action, key] of Object.entries(keys).filter(([, key]) => key !== "none")) {
    const table = "claude-bottle";
    const bind = ["bind-key", "-T", table, "--", key, "list-keys"];
    const [bound] = parseKeys(await tmux.run(bind, ["list-keys", "-T", table], ["unbind-key", "-T", table, "--", key]));
    known[action] = bound?.key ?? key;
  }
  return known;
}

type Bound = { readonly key: string; readonly command: string };

const parseKeys = (listed: string): Bound[] =>
  listed.split("\n").flatMap((line) => {
    const [, key, command] = /^bind-key +(?:-\S+ +)*?-T \S+ +(\S+) +(.*)$/.exec(line) ?? [];
    return key === undefined || command === undefined ? [] : [{ key: unquoted(key), command }];
  });

export const isOurs = (command: string): boolean =>
  /\btmux\W+(open|menu|next|paste-image)\b.*--pane #\{q:pane_id\}/.test(command);

/** In the notation of tmux's lists: `\#`, `M-\\`, `"M-;"`, `'M-"'`. */
const unquoted = (word: string): string => word.replace(/^(["'])(.*)\1$/, "$2").replace(/\\(.)/g, "$1");

/** The bound keys that run none of our commands, and what they do. */
export const foreignKeys = async (tmux: Tmux): Promise<Map<string, string>> =>
  new Map(
    parseKeys(await tmux.run(["list-keys", "-T", "prefix"]))
      .filter(({ command }) => !isOurs(command))
      .map(({ key, command }) => [key, command]),
  );

const ownKey = new RegExp(`^ *(\\S+) +${prefix}`);

/** Unbinds the keys with our note: those that install or the plugin bound, not the user's own bindings of our commands. */
export async function unbindOwn(tmux: Tmux): Promise<void> {
  const noted = (await tmux.run(["list-keys", "-N", "-T", "prefix", "-P", ""])).split("\n");
  const keys = noted.flatMap((line) => ownKey.exec(line)?.[1] ?? []);
  if (keys.length > 0) await tmux.run(...keys.map((key) => ["unbind-key", "-T", "prefix", "--", key]));
}

/** Leaves out keys that the user has bound to something else. */
export function withoutClashes(system: System, keys: Keys, bound: ReadonlyMap<string, string>): Keys {
  const free: Record<string, string> = {};
  for (const action of actionNames) {
    const key = keys[action] ?? actions[action].key;
    const taken = bound.get(key);
    if (taken !== undefined) warn(system, ...keyTaken(key, { taken, action, note: actions[action].note }));
    free[action] = taken === undefined ? key : "none";
  }
  return free;
}
