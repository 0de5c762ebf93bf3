import { listSessions, type Session } from "../activity/sessions.ts";
import { inGuest } from "../backends/in-guest.ts";
import type { BottleContext } from "../bottle/context.ts";
import { UserError } from "../errors.ts";
import { receiptArgv } from "../guest/guest.ts";
import { Attention } from "../ledger/attention.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { inform } from "../ui/messages.ts";
import { ended, type Receipt } from "./messages.ts";
import { turnsOf } from "./resume.ts";

type Ended = { readonly id: string; readonly directory: string; readonly startedAt: number };

const askMs = 5_000;

/** Prints and records what the session left. A session without a conversation leaves nothing. */
export async function tellReceipt(context: BottleContext, plan: BottlePlan, session: Ended): Promise<void> {
  const { system, ledger } = context;
  const conversation = await noteConversation(context, plan, session);
  if (conversation === undefined) return;
  const receipt = await receiptOf(context, plan, session, conversation);
  ledger.note(plan.name, `session ${session.id}: ${JSON.stringify(receipt)}`);
  inform(system, ...ended(receipt));
}

/** The last conversation of the session: the background one, if the user moved it there by pressing Left. */
async function noteConversation(
  { system, ledger }: BottleContext,
  plan: BottlePlan,
  { id }: Ended,
): Promise<string | undefined> {
  const turns = await turnsOf(system, ledger, plan.name);
  const last = turns.find(({ session }) => session === id)?.sessionId;
  if (last !== undefined) new Attention(ledger).noteConversation(id, last);
  return last;
}

async function receiptOf(
  context: BottleContext,
  plan: BottlePlan,
  { directory, startedAt }: Ended,
  conversation: string,
): Promise<Receipt> {
  const { system, backend, ledger } = context;
  const durationMs = system.now() - startedAt;
  const { argv, ...how } = inGuest(backend, plan, receiptArgv(directory, Math.ceil(durationMs / 1000), conversation));
  const [{ stdout }, denied, sessions] = await Promise.all([
    system.run(argv, { ...how, timeoutMs: askMs, detached: true }),
    deniedSince(context, plan.name, startedAt),
    listSessions(system, ledger, { poll: false, bottle: plan.name }),
  ]);
  const facts = new Map(
    stdout.split("\n").map((line) => [line.split(" ")[0], line.slice(line.indexOf(" ") + 1).trim()]),
  );
  const numberOf = (key: string) => (/^\d{1,12}$/.test(facts.get(key) ?? "") ? Number(facts.get(key)) : undefined);
  return {
    durationMs,
    turns: numberOf("turns"),
    tokens: numberOf("tokens"),
    changed: facts.get("diff")?.slice(0, 120) || undefined,
    commits: numberOf("commits") ?? 0,
    untracked: numberOf("untracked") ?? 0,
    denied,
    background: sessions.filter(goesOn).map(({ id }) => id),
    conversation,
  };
}

const goesOn = ({ isBackground, state }: Session): boolean => isBackground && state !== "ended";

async function deniedSince({ backend }: BottleContext, name: string, since: number): Promise<string[]> {
  try {
    const denied = (await backend.denied?.(name)) ?? [];
    return [...new Set(denied.filter(({ at }) => Date.parse(at) >= since).map(({ target }) => target))];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [];
  }
}
