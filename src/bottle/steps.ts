import type { Backend } from "../backends/backend.ts";
import type { Manifest } from "../manifest/schema.ts";
import { type BottlePlan, losesCopyByStop } from "../plan/plan.ts";
import { changesNetwork } from "./network.ts";
import { isDue, type Task } from "./tasks.ts";

// The steps that are due in a bottle's life, as data: a pure function of what is asked for and what was found. A start, `stop` and `rm` perform the
// steps (start-actions.ts, end-actions.ts), --dry-run prints their commands, and a warm start is the empty list.

/** Steps that end a bottle. */
export type EndStep =
  /** Starts a stopped bottle that is about to be removed, because its files can be read only while it runs. */
  | { readonly kind: "wake" }
  /** Copies the changes in the bottle's copy of the project back to the host. */
  | { readonly kind: "pull"; readonly before: "stop" | "rm" }
  /** Checks what would be lost with the bottle, and throws if it is something and the removal is not forced. */
  | { readonly kind: "check-losses"; readonly keepsClaude: boolean; readonly force: boolean }
  | { readonly kind: "keep-claude" }
  | { readonly kind: "stop" }
  /** `woken`: an earlier step started the bottle. */
  | { readonly kind: "remove"; readonly woken: boolean }
  /** `after`: the command that undoes it. */
  | { readonly kind: "hook"; readonly hook: Hook; readonly command: Command; readonly after?: Command | undefined };

/** Steps that make a bottle ready for a session. */
export type StartStep =
  | { readonly kind: "create" }
  /** For a running bottle: repeats what every start sets up inside. */
  | { readonly kind: "start"; readonly from: "new" | "stopped" | "paused" | "running" }
  | { readonly kind: "restore-claude" }
  /** Applies the current list of hosts. */
  | { readonly kind: "follow-network" }
  | { readonly kind: "push" }
  | { readonly kind: "provision"; readonly task: Task }
  /** Notes in the ledger that the bottle is ready. */
  | { readonly kind: "record" }
  | { readonly kind: "remember-login" };

export type Step = EndStep | StartStep;

const endKinds: ReadonlySet<Step["kind"]> = new Set<EndStep["kind"]>([
  "wake", "pull", "check-losses", "keep-claude", "stop", "remove", "hook",
]); // prettier-ignore
export const isEndStep = (step: Step): step is EndStep => endKinds.has(step.kind);

type Hook = keyof Manifest["hooks"];
type Command = readonly string[];

export type Desired = {
  /** The plan of a bottle that would be created now. */
  readonly plan: BottlePlan;
  readonly fresh: boolean;
  readonly hooks: Manifest["hooks"];
  readonly tasks: readonly Task[];
  readonly backend: Pick<Backend, "setNetwork">;
};

export type Observed = {
  /** "ready": it runs, we made it ready, and nothing has happened to it since. */
  readonly state: "none" | "stopped" | "broken" | "paused" | "running" | "ready";
  /** The plan that the bottle was created with, if it is recorded. */
  readonly made: BottlePlan | undefined;
  /** The bottle has no process until its first session starts. */
  readonly startsWithSession: boolean;
  /** The ~/.claude of an earlier bottle has been kept. */
  readonly hasKeptClaude: boolean;
};

/** The steps that make the bottle ready for a session. */
export function startSteps(desired: Desired, { state, made, startsWithSession, hasKeptClaude }: Observed): Step[] {
  const { plan, fresh, hooks, tasks, backend } = desired;
  const isThere = state !== "none";
  const isKept = isThere && !fresh;
  const isReady = isKept && state === "ready";
  const isUp = isKept && (isReady ? !startsWithSession : state === "running" || state === "paused");
  const current = (isKept && made) || plan;
  const keepsFirst = isThere && fresh && (plan.keepsClaude ?? false);
  return [
    ...(isThere && fresh ? removalSteps(made ?? plan, { hooks, force: false, keepsClaude: keepsFirst, state }) : []),
    ...(isUp ? [] : hook(hooks, "before-start")),
    ...(isKept ? [] : [{ kind: "create" } as const]),
    ...(isReady ? [] : [{ kind: "start", from: !isKept ? "new" : state === "paused" || state === "running" ? state : "stopped" } as const]),
    ...(!isKept && (hasKeptClaude || keepsFirst) ? [{ kind: "restore-claude" } as const] : []),
    ...(changesNetwork(backend, current, plan) ? [{ kind: "follow-network" } as const] : []),
    ...(!isReady && current.copied ? [{ kind: "push" } as const] : []),
    ...tasks.filter((task) => isDue(task, current, !isUp || !isReady)).map((task) => ({ kind: "provision", task }) as const),
    ...(isReady ? [] : [{ kind: "record" } as const]),
    ...(plan.loginInside && !current.loginInside ? [{ kind: "remember-login" } as const] : []),
  ];
} // prettier-ignore

export const stopSteps = (
  made: BottlePlan,
  { hooks, force }: Pick<Desired, "hooks"> & { readonly force: boolean },
): EndStep[] => [
  ...(losesCopyByStop(made) && !force ? [{ kind: "pull", before: "stop" } as const] : []),
  { kind: "stop" },
  ...hook(hooks, "after-stop"),
];

/** `made`: the plan that the bottle was created with. */
export function removalSteps(
  made: BottlePlan,
  { force, keepsClaude, tellsLosses = false, hooks, state }: { readonly force: boolean; readonly keepsClaude: boolean; readonly tellsLosses?: boolean } & Pick<Desired, "hooks"> & Pick<Observed, "state">,
): EndStep[] {
  const isLost = state === "stopped" && losesCopyByStop(made);
  const pulls = !force && made.copied === true && state !== "none" && !isLost;
  const keeps = keepsClaude && state !== "none";
  const woken = (pulls || keeps) && (state === "stopped" || state === "paused");
  return [
    ...(woken ? [{ kind: "wake" } as const] : []),
    ...(pulls ? [{ kind: "pull", before: "rm" } as const] : []),
    ...(force && !tellsLosses ? [] : [{ kind: "check-losses", keepsClaude, force } as const]),
    ...(keeps ? [{ kind: "keep-claude" } as const] : []),
    { kind: "remove", woken },
    ...hook(hooks, "after-stop"),
  ];
} // prettier-ignore

function hook(hooks: Manifest["hooks"], name: Hook): EndStep[] {
  const command = hooks[name];
  const after = name === "before-start" ? hooks["after-stop"] : undefined;
  return command === undefined ? [] : [{ kind: "hook", hook: name, command, after }];
}
