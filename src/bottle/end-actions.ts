import type { StepOptions } from "../backends/backend.ts";
import { shellLine } from "../lib/quote.ts";
import type { Losses } from "../plan/losses.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { type HostFiles, withCopies } from "../project/host-files.ts";
import { forgetBaseline } from "../sync/baseline.ts";
import { explainCopy } from "../sync/guest-tree.ts";
import { pullBeforeRemoval } from "../sync/travel.ts";
import { inform } from "../ui/messages.ts";
import type { BottleContext } from "./context.ts";
import { type Hook, runHook } from "./hooks.ts";
import { keepClaude, keepingLine } from "./kept-claude.ts";
import { assertNothingLost, findLosses } from "./losses.ts";
import { recreatingBottle, removedBottle, stoppedBottle } from "./messages.ts";
import type { Action } from "./perform.ts";
import { endLostProcess, removeMachine } from "./remove-machine.ts";
import type { EndStep } from "./steps.ts";

export type Ending = {
  /** The plan that the bottle was created with. */
  readonly made: BottlePlan;
  /** A new bottle will replace it. */
  readonly successor?: boolean;
  /** The files that the hooks name, as they were when the user approved them. */
  readonly hookFiles: HostFiles;
  /** Called once the bottle is gone, even if its hook fails. */
  readonly onRemoved?: (() => void) | undefined;
  /** Called with what exists only in the bottle, before anything is removed. */
  readonly onLosses?: ((losses: Losses | undefined) => void) | undefined;
};

export function endAction(
  context: BottleContext,
  step: EndStep,
  { made, successor = false, hookFiles, onLosses, onRemoved }: Ending,
): Action {
  const { system, backend, ledger } = context;
  const { name } = made;
  const lines = (what: "start" | "stop") => () => backend.explain(made)[what].map(shellLine);
  switch (step.kind) {
    case "wake":
      return {
        lines: lines("start"),
        async run(_, { signal, undo }) {
          undo.add(() => backend.stop(name, { detached: true }));
          await backend.start(made, { signal });
        },
      };
    case "pull":
      return {
        lines: () => explainCopy(backend, made),
        run: () => pullBeforeRemoval({ system, backend }, made, step.before),
      };
    case "check-losses":
      return {
        // It only reads.
        lines: () => [],
        async run(_, { signal }) {
          const losses = await findLosses(backend, made, { mayStart: true, keeps: step.keepsClaude, signal });
          onLosses?.(losses);
          if (losses && !step.force) assertNothingLost(made, losses);
        },
      };
    case "keep-claude":
      return {
        lines: () => [keepingLine(context, made)],
        run: (_, { signal }) => keepClaude(context, made, { signal }),
      };
    case "stop":
      return {
        lines: lines("stop"),
        async run(_, { signal }) {
          await backend.stop(name, { signal });
          await endLostProcess(ledger, name);
          ledger.note(name, "stopped");
          inform(system, stoppedBottle(name));
        },
      };
    case "remove":
      return {
        lines: () => backend.explain(made, { isUp: step.woken }).remove.map(shellLine),
        async run(_, { signal }) {
          if (successor) inform(system, recreatingBottle(name));
          await removeMachine(context, name, { signal });
          forgetBaseline(system, name);
          onRemoved?.();
          if (!successor) inform(system, removedBottle(name));
        },
      };
    case "hook":
      return {
        lines: () => [shellLine(withCopies(system, made.directory, step.command, hookFiles))],
        async run(_, { signal, undo }) {
          const { after } = step;
          const run = (hook: Hook, command: readonly string[], options: StepOptions) =>
            runHook(system, made, { hook, command, files: hookFiles }, options);
          if (after) undo.add(() => run("after-stop", after, { detached: true }));
          await run(step.hook, step.command, { signal });
        },
      };
  }
}
