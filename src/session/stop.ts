import { backendOf } from "../backends/registry.ts";
import type { Session } from "../activity/sessions.ts";
import { Ledger } from "../ledger/ledger.ts";
import { shellLine } from "../lib/quote.ts";
import { inGuest } from "../backends/in-guest.ts";
import { endProcess } from "../system/process.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import { stopInBackground } from "./background.ts";
import { stopped } from "./messages.ts";
import { hasEnded } from "../inventory/errors.ts";
import { matchRecorded } from "../inventory/bottle-name.ts";
import { sessionNamed } from "../inventory/find-session.ts";

/** The session that the word names; undefined if it is a bottle's name. */
export async function onlySession(system: System, word: string): Promise<Session | undefined> {
  using ledger = new Ledger(system);
  return matchRecorded(ledger, word) === undefined ? await sessionNamed(system, ledger, word) : undefined;
}

/** Ends one session and keeps its conversation. Throws UserError if it has ended or does not end. */
export async function stopSession(system: System, session: Session, { dryRun }: { dryRun: boolean }): Promise<void> {
  const { id, isBackground, state, conversation } = session;
  if (state === "ended") throw hasEnded(id, conversation);
  using ledger = new Ledger(system);
  const plan = ledger.bottle(session.bottle)?.plan;
  if (isBackground && plan) {
    const backend = await backendOf(system, plan.backend);
    if (dryRun) return system.out(`${shellLine(inGuest(backend, plan, ["claude", "stop", id]).argv)}\n`);
    await stopInBackground({ system, backend }, plan, id);
  } else if (session.process) {
    if (dryRun) return system.out(`${shellLine(["kill", String(session.process.pid)])}\n`);
    await endProcess(session.process);
  }
  inform(system, ...stopped(id, conversation));
}
