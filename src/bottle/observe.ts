import type { Machine } from "../backends/backend.ts";
import type { BottlePlan } from "../plan/plan.ts";
import type { BottleContext } from "./context.ts";
import { isIdleSandbox, readyPlan } from "./ready.ts";
import type { Desired, Observed } from "./steps.ts";
import { tasksOf } from "./tasks.ts";
import type { Target } from "./target.ts";

/** `machine` is the backend's answer, if it was asked. */
export type Found = Observed & { readonly machine: Machine | undefined };

/** The state of a bottle that is not ready or is about to be replaced. Asks the backend. */
export async function observeMachine({ system, backend, ledger }: BottleContext, name: string): Promise<Found> {
  const { hasKeptClaude } = await import("./kept-claude.ts");
  const machine = await backend.find(name);
  return {
    state: machine?.state ?? "none",
    machine,
    made: ledger.bottle(name)?.plan,
    startsWithSession: false,
    hasKeptClaude: hasKeptClaude(system, name),
  };
}

/** The state of a bottle that is ready. Costs next to nothing. */
export async function observeReady(context: BottleContext, name: string): Promise<(Found & { readonly made: BottlePlan }) | undefined> {
  const made = await readyPlan(context, name);
  const startsWithSession = made !== undefined && isIdleSandbox(context, name);
  return made && { state: "ready", machine: undefined, made, startsWithSession, hasKeptClaude: false };
} // prettier-ignore

export const desiredOf = async (
  { backend }: Pick<BottleContext, "backend">,
  { plan, hooks, provision }: Target,
  { fresh, keepsClaude = false }: { readonly fresh: boolean; readonly keepsClaude?: boolean },
): Promise<Desired> => ({
  plan: keepsClaude ? { ...plan, keepsClaude } : plan,
  hooks: hooks.commands,
  tasks: await tasksOf(provision),
  backend,
  fresh,
});
