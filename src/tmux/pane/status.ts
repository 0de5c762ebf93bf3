import type { Session } from "../../activity/sessions.ts";
import { printable } from "../../lib/quote.ts";

/** A bottle with running sessions, shown by the name of its directory. */
export type Working = { readonly bottle: string; readonly directory: string; readonly sessions: number };

const mostShown = 3;

/** `2 wait, shop 2, blog`; empty if no session runs. tmux would read a `#` as a style. */
export function renderStatus(working: readonly Working[], waiting = 0): string {
  const words = working.slice(0, mostShown).map(({ directory, sessions }) => {
    const name = printable(directory.split("/").at(-1) ?? "").replaceAll("#", "##");
    return sessions > 1 ? `${name} ${sessions}` : name;
  });
  const more = working.length > mostShown ? [`+${working.length - mostShown}`] : [];
  return [...(waiting === 0 ? [] : [`${waiting} wait`]), ...words, ...more].join(", ");
}

/** The bottles with running sessions. */
export function workingIn(sessions: readonly Session[]): Working[] {
  const live = Map.groupBy(
    sessions.filter(({ state }) => state !== "ended"),
    ({ bottle }) => bottle,
  );
  return [...live].map(([bottle, own]) => ({ bottle, directory: own[0]?.directory ?? "", sessions: own.length }));
}
