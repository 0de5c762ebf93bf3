import { listSessions, type Session } from "../activity/sessions.ts";
import { inGuest } from "../backends/in-guest.ts";
import { UserError } from "../errors.ts";
import { shellLine } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { BottleContext } from "./context.ts";
import { backgroundSessions } from "./errors.ts";

/** Claude's daemon lets its sessions save their work before they end. */
const endMs = 15_000;

/** The background sessions that would lose something: a turn in progress, or a question waiting for its answer. */
export async function workIn(
  { system, ledger }: Pick<BottleContext, "system" | "ledger">,
  name: string,
): Promise<Session[]> {
  const sessions = await listSessions(system, ledger, { poll: true, bottle: name });
  return sessions.filter(({ isBackground, state }) => isBackground && (state === "working" || state === "waiting"));
}

/** Ends the background sessions before the bottle stops. Throws UserError if they would lose something, unless `force` is set. */
export async function endBackground(
  context: BottleContext,
  plan: BottlePlan,
  { command, force }: { readonly command: string; readonly force: boolean },
): Promise<void> {
  const live = await liveIn(context, plan);
  if (live.length === 0) return;
  const work = live.filter(({ state }) => state === "working" || state === "waiting");
  if (work.length > 0 && !force) throw worksInBackground(plan.name, work, command);
  const { argv, ...how } = ending(context, plan);
  await context.system.run(argv, { ...how, timeoutMs: endMs });
}

/** The commands of `endBackground`, for --dry-run. */
export const backgroundLines = async (context: BottleContext, plan: BottlePlan): Promise<string[]> =>
  (await liveIn(context, plan)).length > 0 ? [shellLine(ending(context, plan).argv)] : [];

const liveIn = async ({ system, ledger }: BottleContext, { name }: BottlePlan): Promise<Session[]> =>
  (await listSessions(system, ledger, { poll: true, bottle: name })).filter(({ isBackground }) => isBackground);

const ending = ({ backend }: BottleContext, plan: BottlePlan) =>
  inGuest(backend, plan, ["claude", "daemon", "stop", "--any"]);

function worksInBackground(bottle: string, work: readonly Session[], command: string): UserError {
  const shown = work
    .slice(0, 5)
    .map(({ id, state, waitingFor }) => `${id} (${state}${waitingFor === undefined ? "" : ` for ${waitingFor}`})`);
  const more = work.length > shown.length ? ` and ${work.length - shown.length} more` : "";
  return backgroundSessions(bottle, {
    shown: shown.join(", ") + more,
    count: work.length,
    first: work[0]?.id ?? "",
    command,
  });
}
