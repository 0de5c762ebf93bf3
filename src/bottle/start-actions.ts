import { shellLine } from "../lib/quote.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { assertShared, sharedIdentities } from "../project/shared-paths.ts";
import { forgetBaseline } from "../sync/baseline.ts";
import { explainCopy } from "../sync/guest-tree.ts";
import { pushProject } from "../sync/travel.ts";
import { identify } from "../system/process.ts";
import type { System } from "../system/system.ts";
import { inform } from "../ui/messages.ts";
import type { BottleContext } from "./context.ts";
import { forgetClaude, restoreClaude, restoringLine } from "./kept-claude.ts";
import { noteLogin } from "./login-note.ts";
import { creatingBottle, reachesLoopback, resumingBottle, startingBottle } from "./messages.ts";
import { followNetwork, networkLines, openedLoopback } from "./network.ts";
import type { Action, Performance } from "./perform.ts";
import { doTask, taskLine } from "./provision.ts";
import type { StartStep } from "./steps.ts";
import type { Target } from "./target.ts";
import { withDone } from "./tasks.ts";

export type Start = {
  readonly target: Target;
  /** Its environment holds the values of the bottle's credentials, and the context's backend uses it too. */
  readonly armed: System;
};

export function startAction(context: BottleContext, step: StartStep, { target, armed }: Start): Action {
  const { system, backend, ledger } = context;
  switch (step.kind) {
    case "create":
      return {
        lines: (plan) => backend.explain(plan).create.map(shellLine),
        async run(plan, performance) {
          const { signal, undo } = performance;
          undo.add(async () => {
            await backend.remove(plan.name, { detached: true });
            ledger.forgetBottle(plan.name);
          });
          inform(system, creatingBottle(plan));
          const opened = openedLoopback(backend, plan);
          if (opened) inform(system, reachesLoopback(opened, Boolean(target.gateway?.loopback)));
          forgetBaseline(system, plan.name);
          performance.shared = sharedIdentities(plan);
          await backend.create(plan, { signal });
        },
      };
    case "start":
      return {
        lines: (plan) => backend.explain(plan, { isNew: step.from === "new" }).start.map(shellLine),
        async run(plan, performance) {
          const { signal, undo } = performance;
          if (step.from === "stopped") undo.add(() => backend.stop(plan.name, { detached: true }));
          if (step.from === "paused") inform(system, resumingBottle(plan.name));
          else if (step.from !== "running") inform(system, startingBottle(plan.name));
          const pid = await startShared(context, plan, { ...performance, isNew: step.from === "new" });
          if (pid !== undefined) performance.machine = identify(pid);
          noteLogin(system, plan, target.login, armed);
        },
      };
    case "restore-claude":
      return {
        lines: (plan) => [restoringLine(context, plan)],
        run: (plan, { signal }) => restoreClaude(context, plan, { signal }),
      };
    case "follow-network":
      return {
        lines: (plan) => networkLines(backend, plan, target.plan),
        run: (plan, { signal }) => followNetwork(context, plan, target.plan, { signal }),
      };
    case "push":
      return {
        lines: (plan) => explainCopy(backend, plan),
        run: (plan) => pushProject({ system, backend }, plan),
      };
    case "provision":
      return {
        lines: (plan) => [taskLine(context, plan, step.task, target)],
        async run(plan, { signal }) {
          await doTask(system, plan, step.task, { target, signal });
          const done = withDone(plan, step.task);
          // Saved at once, so that a later failure does not repeat this task.
          ledger.savePlan(done);
          return done;
        },
      };
    case "record":
      return {
        lines: () => [],
        async run(plan, { machine }) {
          ledger.saveBottle(plan, machine);
          forgetClaude(system, plan.name);
          ledger.note(plan.name, "started");
        },
      };
    case "remember-login":
      return {
        lines: () => [],
        async run(plan) {
          const known = { ...plan, loginInside: true };
          ledger.savePlan(known);
          return known;
        },
      };
  }
}

/** Undo steps stop a new start. A bottle that was already running keeps the directories of its own start. */
async function startShared(
  { system, backend }: BottleContext,
  plan: BottlePlan,
  { signal, isNew, shared }: Performance & { isNew: boolean },
) {
  const expected = shared ?? sharedIdentities(plan);
  let seen: string | undefined;
  const pid = await backend.start(plan, { signal, isNew, onSeen: (text) => (seen = text) });
  signal.throwIfAborted();
  // Docker Desktop runs its own VM, which this process table does not show.
  const isSameKernel = system.platform === "linux" && backend.name !== "docker" && backend.capabilities.isolation !== "vm"; // prettier-ignore
  if (seen !== undefined) assertShared(plan, expected, seen, isSameKernel);
  return pid;
}
