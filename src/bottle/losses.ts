import type { Backend } from "../backends/backend.ts";
import { UserError } from "../errors.ts";
import { lossesUnknown, wouldBeLost } from "./errors.ts";
import { onlyInBottle } from "./messages.ts";
import { printable } from "../lib/quote.ts";
import { lossesOf, type Losses } from "../plan/losses.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { sessionUser } from "../plan/session.ts";

const shownAtMost = 20;

/** What would be lost with the bottle; undefined if only a started bottle can tell. Throws UserError if nothing can tell. */
export async function findLosses(
  backend: Backend,
  plan: BottlePlan,
  {
    keeps = false,
    ...options
  }: { readonly mayStart: boolean; readonly keeps?: boolean; readonly signal?: AbortSignal },
): Promise<Losses | undefined> {
  try {
    const paths = backend.inside ? await backend.inside(plan, options) : [];
    const losses = paths && lossesOf(paths, plan);
    const kept = `${sessionUser(plan).home}/.claude/`;
    const isLost = (path: string) => !(keeps && path.startsWith(kept));
    return losses && { conversations: losses.conversations.filter(isLost), files: losses.files.filter(isLost) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw lossesUnknown(plan.name, error);
  }
}

/** Throws a UserError that lists what would be lost. */
export function assertNothingLost(plan: BottlePlan, losses: Losses): void {
  const message = describeLosses(plan, losses);
  if (message === undefined) return;
  const hasConversations = losses.conversations.length > 0;
  throw wouldBeLost(plan.name, message, { paths: listing(plan, losses), hasConversations });
}

/** One line; undefined if nothing would be lost. */
export const describeLosses = ({ name }: BottlePlan, { conversations, files }: Losses): string | undefined =>
  onlyInBottle(name, conversations.length, files.length);

function listing(plan: BottlePlan, { conversations, files }: Losses): string[] {
  const all = [...files, ...conversations].map(printable);
  const rest = all.length - shownAtMost;
  return [
    ...all.slice(0, shownAtMost),
    ...(rest > 0 ? [`and ${rest} more: claude-bottle rm --dry-run --json ${plan.name}`] : []),
  ];
}
