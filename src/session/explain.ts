import { withCopies } from "../project/host-files.ts";
import { exitCode } from "../errors.ts";
import { shellLine } from "../lib/quote.ts";
import type { BottlePlan, SessionPlan } from "../plan/plan.ts";
import { sessionCommand } from "./attach.ts";
import { explainCopy } from "../sync/guest-tree.ts";
import type { Target } from "../bottle/target.ts";
import { dueSteps, explainStep } from "../bottle/provision.ts";
import type { BottleContext } from "../bottle/context.ts";

/** The commands that a launch would run now, one a line; secrets stand in them as names only. */
export async function explain(
  { system, backend, ledger }: BottleContext,
  target: Target,
  session: (plan: BottlePlan) => SessionPlan,
  { fresh }: { fresh: boolean },
): Promise<number> {
  const { plan } = target;
  const record = ledger.bottle(plan.name);
  const warm = !fresh && record && (await backend.isReady(record.plan, record.machine));
  const machine = warm ? undefined : await backend.find(plan.name);
  const made = fresh ? plan : (record?.plan ?? plan);
  const { remove, create, start } = backend.explain(made);
  const before = warm ? [] : [...(machine && fresh ? remove : []), ...(machine && !fresh ? [] : create), ...start];
  const steps = dueSteps(made, target.provision, !warm);
  const hook = warm ? undefined : target.hooks.commands["before-start"];
  const copying = made.copied ? explainCopy(backend, made) : [];
  const lines = [
    ...(hook === undefined ? [] : [shellLine(withCopies(system, plan.directory, hook, target.hooks.files))]),
    ...before.map(shellLine),
    ...steps.map((step) => explainStep(system, backend, made, step, target)),
    ...copying,
    shellLine(sessionCommand(system, backend, made, session(made)).argv),
    ...copying,
  ];
  for (const line of lines) system.out(`${line}\n`);
  return exitCode.ok;
}
