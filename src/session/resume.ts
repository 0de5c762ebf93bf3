import { readTurns } from "../activity/read.ts";
import { listSessions } from "../activity/sessions.ts";
import { backendOf } from "../backends/registry.ts";
import { Attention } from "../ledger/attention.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import { conversationElsewhere, noConversation, stillInBackground } from "./errors.ts";
import { backgroundWaits, goesOnInBackground, nothingToResume, wasCutOff } from "./messages.ts";
import { byUrgency, matchName } from "../inventory/find-session.ts";

/** Claude Code's arguments to resume the conversation; none if there is nothing to resume. Throws UserError for an unknown one. */
export async function resumeWords(system: System, bottle: string, word: string | undefined): Promise<string[]> {
  using ledger = new Ledger(system);
  const id =
    word === undefined
      ? await lastConversation(system, ledger, bottle)
      : await conversationNamed(system, ledger, bottle, word);
  if (id !== undefined) return ["--resume", id];
  inform(system, nothingToResume(bottle));
  return [];
}

/** The newest conversation that no session uses now. */
async function lastConversation(system: System, ledger: Ledger, bottle: string): Promise<string | undefined> {
  const [turns, sessions] = [await turnsOf(system, ledger, bottle), await liveIn(system, ledger, bottle)];
  const live = new Set(sessions.map(({ conversation }) => conversation));
  return turns.find(({ sessionId }) => !live.has(sessionId))?.sessionId;
}

/** Finds it by the beginning of its ID, too. */
async function conversationNamed(system: System, ledger: Ledger, bottle: string, word: string): Promise<string> {
  const running = (await liveIn(system, ledger, bottle)).find(
    ({ conversation, isBackground }) => isBackground && conversation?.startsWith(word),
  );
  if (running) throw stillInBackground(running.id);
  const own = await turnsOf(system, ledger, bottle);
  const id = matchName(
    word,
    own.map(({ sessionId }) => sessionId),
  );
  if (id !== undefined) return id;
  for (const { plan } of ledger.bottles())
    if (
      plan.name !== bottle &&
      (await turnsOf(system, ledger, plan.name)).some(({ sessionId }) => sessionId.startsWith(word))
    )
      throw conversationElsewhere(word, plan.name, plan.directory);
  // Only Claude Code knows conversations that began without our hooks.
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(word)) return word;
  throw noConversation(word, bottle);
}

export async function turnsOf(system: System, ledger: Ledger, bottle: string) {
  const record = ledger.bottle(bottle);
  return record ? await readTurns(system, await backendOf(system, record.plan.backend), record) : [];
}

const liveIn = async (system: System, ledger: Ledger, bottle: string) =>
  (await listSessions(system, ledger, { poll: false, bottle })).filter(({ state }) => state !== "ended");

/** Runs before a new session: mentions an interrupted one, and background sessions that need the user. */
export async function tellWhatWaits(system: System, bottle: string): Promise<void> {
  using ledger = new Ledger(system);
  if (!ledger.bottle(bottle)) return;
  const background = (await liveIn(system, ledger, bottle)).filter(({ isBackground }) => isBackground);
  const waiting = background.filter(({ state }) => state === "waiting" || state === "done");
  const [first] = waiting.toSorted(byUrgency);
  if (first) inform(system, backgroundWaits(first));
  const [last] = new Attention(ledger).endedSince(0, bottle);
  const isCutOff = last !== undefined && (last.code === undefined || (last.code > 128 && last.code !== 130));
  if (!isCutOff) return;
  // A killed process of ours noted nothing, but the bottle's own records know.
  const conversation =
    last.conversation ?? (await turnsOf(system, ledger, bottle)).find(({ session }) => session === last.id)?.sessionId;
  // `session.on-hangup` has moved it there.
  const moved = background.find((session) => session.conversation === conversation);
  if (moved && moved.id !== first?.id) inform(system, goesOnInBackground(moved.id));
  else if (conversation !== undefined && !moved) inform(system, wasCutOff(system.now() - last.endedAt));
}
