import { listSessions, type Session } from "../activity/sessions.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { System } from "../system/system.ts";
import { matchRecorded } from "./bottle-name.ts";
import { ambiguousName, hasEnded, noSession, nothingInBackground, onTerminal } from "./errors.ts";

/** A session can be named for a day after it ended. */
const namedMs = 86_400_000;

/** The name that the word equals or begins. Throws UserError if it begins several. */
export function matchName(word: string, names: readonly string[]): string | undefined {
  if (names.includes(word)) return word;
  const found = names.filter((name) => name.startsWith(word));
  if (found.length > 1) throw ambiguousName(word, found);
  return found[0];
}

/** Finds a session by its ID, the beginning of it, or Claude Code's name for it; undefined if there is none. */
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

/** What `attach WORD` means. Without a word, the bottle of that name. Throws UserError if there is nothing to attach. */
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
  const name = word === undefined ? bottle : matchRecorded(ledger, word);
  if (name === undefined)
    throw noSession(
      word ?? "",
      ledger.bottles().map(({ plan }) => plan.name),
    );
  const found = await listSessions(system, ledger, { poll: true, bottle: name });
  const [first] = found.filter(({ isBackground }) => isBackground).toSorted(byUrgency);
  if (!first) throw nothingInBackground(name);
  return first;
}

const urgency = ["waiting", "failed", "done", "working", "idle", "ended"];

/** Sessions that need the user most come first; among equals, those that have waited longest. */
export const byUrgency = (one: Session, other: Session): number =>
  urgency.indexOf(one.state) - urgency.indexOf(other.state) || one.since - other.since;
