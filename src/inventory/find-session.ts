import { listSessions, type Session } from "../activity/sessions.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { System } from "../system/system.ts";
import { ambiguousName, hasEnded, noBottleNamed, noSession, nothingInBackground, onTerminal } from "./errors.ts";

/** Sessions that ended within a day can still be named. */
const namedMs = 86_400_000;

/** The one of `names` that the word is, or is the beginning of. Throws UserError where it begins several. */
export function matchName(word: string, names: readonly string[]): string | undefined {
  if (names.includes(word)) return word;
  // What every name begins with says nothing.
  const found = names.filter((name) => name.startsWith(word) || name.startsWith(`cb-${word}`));
  if (found.length > 1) throw ambiguousName(word, found);
  return found[0];
}

/** The name of a bottle of the ledger. Throws UserError with the names that there are. */
export function bottleNamed(ledger: Ledger, word: string): string {
  const names = ledger.bottles().map(({ plan }) => plan.name);
  const found = matchName(word, names);
  if (found === undefined) throw noBottleNamed(word, names);
  return found;
}

/** By its number, by the beginning of it, or by what Claude Code calls it; undefined for none. */
export async function sessionNamed(system: System, ledger: Ledger, word: string): Promise<Session | undefined> {
  const sessions = await listSessions(system, ledger, { poll: true, endedSince: system.now() - namedMs });
  const id = matchName(
    word,
    sessions.map((session) => session.id),
  );
  if (id !== undefined) return sessions.find((session) => session.id === id);
  const called = sessions.filter(({ name, state }) => name === word && state !== "ended");
  if (called.length > 1)
    throw ambiguousName(
      word,
      called.map((session) => session.id),
    );
  return called[0];
}

/** What `attach WORD` is about. Without a word, the bottle of that name. Throws UserError where there is nothing to attach. */
export async function attachable(
  system: System,
  word: string | undefined,
  bottle: string | undefined,
): Promise<Session> {
  using ledger = new Ledger(system);
  const session = word === undefined ? undefined : await sessionNamed(system, ledger, word);
  if (session?.state === "ended" && !session.isBackground) throw hasEnded(session.id, session.conversation);
  if (session && !session.isBackground) throw onTerminal(session.id, session.pane?.id);
  if (session) return session;
  const names = ledger.bottles().map(({ plan }) => plan.name);
  const name = word === undefined ? bottle : matchName(word, names);
  if (name === undefined) throw noSession(word ?? "", names);
  const found = await listSessions(system, ledger, { poll: true, bottle: name });
  const [first] = found.filter(({ isBackground }) => isBackground).toSorted(byUrgency);
  if (!first) throw nothingInBackground(name);
  return first;
}

const urgency = ["waiting", "failed", "done", "working", "idle", "ended"];

/** Who needs the user most in front; of those alike, who has for longest. */
export const byUrgency = (one: Session, other: Session): number =>
  urgency.indexOf(one.state) - urgency.indexOf(other.state) || one.since - other.since;
