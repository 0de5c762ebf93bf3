import { forgetPolled } from "../activity/read.ts";
import type { BottleContext } from "../bottle/context.ts";
import { inGuest } from "../backends/in-guest.ts";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import { backgroundRefused, notStopped } from "./errors.ts";

/** The agent's command that starts it in the background. */
export const backgroundCommand = ([program = "", ...words]: readonly string[]): string[] => [program, "--bg", ...words];

const startMs = 120_000;

/**
 * Starts the session's command, which continues in the bottle without us, and prints its ID. Undefined if another process is taking the bottle down.
 * Throws UserError if Claude Code does not start.
 */
export async function startInBackground(
  { system, backend, ledger }: BottleContext,
  plan: BottlePlan,
  session: SessionPlan,
): Promise<number | undefined> {
  const starting = { ...session, kind: "attach" as const };
  if (starting.secrets.length > 0) await backend.deliver?.(plan, starting);
  if (!ledger.openSession(starting)) return undefined;
  const { argv, ...how } = backend.attach(plan, starting);
  const { code, stdout, stderr } = await system.run(argv, { ...how, timeoutMs: startMs });
  ledger.closeSession(session.id, code);
  forgetPolled(system, plan.name);
  const id = /backgrounded · ([0-9a-f]{8})/.exec(Bun.stripANSI(stdout))?.[1];
  if (code !== 0 || id === undefined)
    throw backgroundRefused(`${stdout}\n${stderr}`, await versionIn({ system, backend }, plan));
  system.out(`${id}\n`);
  return 0;
}

/** Ends a background session and keeps its conversation. Throws UserError if it does not end. */
export async function stopInBackground(
  { system, backend }: Omit<BottleContext, "ledger">,
  plan: BottlePlan,
  id: string,
): Promise<void> {
  const { argv, ...how } = inGuest(backend, plan, ["claude", "stop", id]);
  const { code, stdout, stderr } = await system.run(argv, { ...how, timeoutMs: 20_000 });
  forgetPolled(system, plan.name);
  if (code !== 0) throw notStopped(id, `${stdout}\n${stderr}`);
}

/** What the session's terminal would show, as the bottle wrote it. */
export async function screenOf(
  { system, backend }: Omit<BottleContext, "ledger">,
  plan: BottlePlan,
  id: string,
): Promise<string | undefined> {
  const { argv, ...how } = inGuest(backend, plan, ["claude", "logs", id]);
  const { code, stdout } = await system.run(argv, { ...how, timeoutMs: 20_000 });
  return code === 0 ? stdout : undefined;
}

async function versionIn(
  { system, backend }: Omit<BottleContext, "ledger">,
  plan: BottlePlan,
): Promise<string | undefined> {
  const { argv, ...how } = inGuest(backend, plan, ["claude", "--version"]);
  const { stdout } = await system.run(argv, { ...how, timeoutMs: 20_000 });
  return /^[\d.]+/.exec(stdout)?.[0];
}
