import * as v from "valibot";
import type { Machine } from "../backend.ts";
import { labels } from "./argv.ts";
import * as messages from "./messages.ts";

const condition = v.object({ type: v.string(), status: v.string(), reason: v.optional(v.string()), message: v.optional(v.string()) }); // prettier-ignore
const stateSchema = v.object({
  waiting: v.optional(v.object({ reason: v.optional(v.string(), ""), message: v.optional(v.string(), "") })),
  terminated: v.optional(
    v.object({ exitCode: v.number(), reason: v.optional(v.string(), ""), message: v.optional(v.string(), "") }),
  ),
});
const containerSchema = v.object({ name: v.string(), state: v.optional(stateSchema, {}), lastState: v.optional(stateSchema, {}) }); // prettier-ignore

/** The parts of a pod or a claim that we use. */
export const objectSchema = v.object({
  kind: v.string(),
  metadata: v.object({
    name: v.string(),
    uid: v.optional(v.string(), ""),
    deletionTimestamp: v.optional(v.string()),
    labels: v.nullish(v.record(v.string(), v.string())),
    annotations: v.nullish(v.record(v.string(), v.string())),
  }),
  spec: v.optional(v.object({ nodeName: v.optional(v.string()) }), {}),
  status: v.optional(
    v.object({
      phase: v.optional(v.string(), ""),
      reason: v.optional(v.string()),
      message: v.optional(v.string()),
      conditions: v.optional(v.array(condition), []),
      initContainerStatuses: v.optional(v.array(containerSchema), []),
      containerStatuses: v.optional(v.array(containerSchema), []),
    }),
    {},
  ),
});
export type Found = v.InferOutput<typeof objectSchema>;

/** The output of `get`: a list, or a single object. */
export const foundSchema = v.union([
  v.pipe(v.object({ items: v.array(objectSchema) }), v.transform(({ items }) => items)),
  v.pipe(objectSchema, v.transform((one) => [one])),
]); // prettier-ignore

export const isPod = ({ kind }: Found) => kind === "Pod";
export const isReady = ({ status }: Found) =>
  status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

/** Bottles found by their pod, or by the claim that outlives it. `owner`: our own ID. */
export function machinesOf(found: readonly Found[], owner: string): Machine[] {
  const byName = Map.groupBy(
    found.filter((one) => isPod(one) || one.metadata.deletionTimestamp === undefined),
    ({ metadata }) => metadata.name,
  );
  return [...byName].map(([name, things]) => {
    const pod = things.find(isPod);
    const { labels: marks, annotations } = (pod ?? things[0])?.metadata ?? {};
    const directory = annotations?.[labels.directory];
    const isOurs = marks?.[labels.owner] === owner && directory !== undefined;
    return {
      name,
      state: stateOf(pod),
      owner: isOurs ? { directory, uid: Number(annotations?.[labels.uid]) } : undefined,
      pid: undefined,
    };
  });
}

function stateOf(pod: Found | undefined): Machine["state"] {
  if (!pod || pod.metadata.deletionTimestamp !== undefined) return "stopped";
  const { phase } = pod.status;
  if (phase !== "Running") return "stopped";
  return isReady(pod) ? "running" : "broken";
}

/** Why a pod will not become ready, and what to type; undefined while it still may. */
export function whyStuck({ status, metadata }: Found): { readonly why: string; readonly hint: string } | undefined {
  if (status.phase === "Failed" || status.phase === "Succeeded")
    return messages.podEnded(status.reason ?? status.phase, status.message ?? "");
  const failed = status.initContainerStatuses?.find(({ state, lastState }) => ended(state) ?? ended(lastState));
  const end = failed && (ended(failed.state) ?? ended(failed.lastState));
  if (failed?.name === "guard") return messages.guardFailed(end?.message.trim() || end?.reason);
  if (failed) return messages.setupFailed(end?.message.trim().split("\n").at(-1) || end?.reason);
  const stuck = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
    .map(({ state }) => state.waiting)
    .find((waiting) => waiting && hopeless.test(waiting.reason));
  if (stuck)
    return /Image/.test(stuck.reason)
      ? messages.imageNotPulled(stuck.message || stuck.reason)
      : { why: `${stuck.reason}: ${stuck.message}`, hint: messages.describePod(metadata.name) };
  const unscheduled = status.conditions?.find(({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable"); // prettier-ignore
  if (unscheduled) return messages.unscheduled(unscheduled.message ?? "");
  return undefined;
}

const hopeless =
  /^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|CreateContainerConfigError|CreateContainerError|RunContainerError|CrashLoopBackOff)$/;

const ended = (state: v.InferOutput<typeof stateSchema>) =>
  state.terminated && state.terminated.exitCode !== 0 ? state.terminated : undefined;
