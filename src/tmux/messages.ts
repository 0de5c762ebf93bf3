import type { Session } from "../activity/sessions.ts";

export const keyTaken = (
  key: string,
  { taken, action, note }: { readonly taken: string; readonly action: string; readonly note: string },
): [string, string] => [
  `prefix ${key} is not changed; it is already bound: ${taken}`,
  `for ${note}, choose another key: --${action}-key KEY`,
];

export const installedAlready = (file: string): string => `"${file}" already has these bindings`;
export const nothingInstalled = (file: string): string => `"${file}" holds nothing that install wrote`;
export const mayChange = "Apply this change?";

/** `isRunning`: tmux has bound them at once. */
export const keysBound = (
  keys: readonly { readonly key: string; readonly note: string }[],
  isRunning: boolean,
): [string, string] => [
  isRunning ? "bound these keys:" : "tmux will bind these keys when it starts:",
  keys.map(({ key, note }) => `prefix ${key}   ${note}`).join("\n"),
];

export const betterOptions = (unmet: readonly { readonly line: string; readonly why: string }[]): [string, string] => [
  "Claude Code works better with these options; tmux install --options sets them:",
  unmet.map(({ line, why }) => `${line}   # ${why}`).join("\n"),
];

export const noneWaits = "no session waits for you";
export const noOtherWaits = "no other session waits for you";

export function needsUser({ id, name, directory, state, waitingFor }: Session): string {
  const what = state === "waiting" ? `waits for ${waitingFor ?? "you"}` : state === "done" ? "is done" : "failed";
  return `${directory.split("/").at(-1) ?? ""}: ${name?.slice(0, 40) ?? id.slice(0, 8)} ${what}`;
}

/** The question of a pane whose program has ended. */
export const whatNow = (code: number): string =>
  `\r\n${code === 0 ? "" : `[status ${code}]  `}enter: close   r: again   d: doctor `;
