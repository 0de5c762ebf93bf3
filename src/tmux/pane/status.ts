import type { Ledger } from "../../ledger/ledger.ts";
import { printable } from "../../lib/quote.ts";

/** A bottle that somebody works in, by its directory's name. */
export type Working = { readonly bottle: string; readonly directory: string; readonly sessions: number };

/** From our own record and the process table alone: a status line asks every few seconds. */
export function workingBottles(ledger: Ledger): Working[] {
  const sessions = Map.groupBy(ledger.sessions(), ({ bottle }) => bottle);
  return ledger
    .bottles()
    .map(({ plan: { name, directory } }) => ({ bottle: name, directory, sessions: sessions.get(name)?.length ?? 0 }))
    .filter(({ sessions }) => sessions > 0);
}

const mostShown = 3;

/** `shop 2, blog`; empty where nobody works. A `#` would be a style to tmux. */
export function renderStatus(working: readonly Working[]): string {
  const words = working.slice(0, mostShown).map(({ directory, sessions }) => {
    const name = printable(directory.split("/").at(-1) ?? "").replaceAll("#", "##");
    return sessions > 1 ? `${name} ${sessions}` : name;
  });
  const more = working.length > mostShown ? [`+${working.length - mostShown}`] : [];
  return [...words, ...more].join(", ");
}
