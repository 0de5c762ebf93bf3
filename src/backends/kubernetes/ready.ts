import * as v from "valibot";
import { UserError } from "../../errors.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { inform } from "../../ui/messages.ts";
import type { StepOptions } from "../backend.ts";
import { containers, eventsArgv, getArgv, type Place, waitArgv } from "./argv.ts";
import { isNotFound, kubectlError, stuckPod, noGuard } from "./errors.ts";
import type { Kubectl } from "./kubectl.ts";
import { parseJson } from "./kubectl.ts";
import { foundSchema, type Found, isPod, objectSchema, whyStuck } from "./listing.ts";
import { describePod, otherRuntimeClass, podWaits, removedByOthers, saysUnscheduled, tooSlow } from "./messages.ts";
import { isHeld } from "./network.ts";

/** A node may have to start first, or an image to be pulled. */
const patienceMs = 600_000;
/** A volume takes a moment to appear; messages about it before then mean nothing. */
const quietMs = 5_000;
/** A pod is briefly unschedulable while an earlier one is removed. */
const graceMs = 20_000;

/** Waits until the pod is ready, and reports what delays it. Throws UserError if waiting will not help. */
export async function waitUntilReady(
  kubectl: Kubectl,
  place: Place,
  plan: BottlePlan,
  options: StepOptions,
): Promise<void> {
  const { name } = plan;
  const doing = `start bottle "${name}"`;
  const start = performance.now();
  let told = "";
  for (let seconds = 2; ; seconds = 5) {
    const run = await kubectl.call([...waitArgv(place, name, seconds), "-o", "json"], options);
    options.signal?.throwIfAborted();
    if (run.code === 0) return assertHeld(plan, v.parse(objectSchema, parseJson(run.stdout)));
    if (isNotFound(run)) throw stuckPod(name, ...removedByOthers);
    if (!/timed out waiting/.test(run.stderr)) throw kubectlError(doing, run);
    const pod = (await kubectl.ask(doing, getArgv(place, name), foundSchema)).find(isPod);
    if (!pod) throw stuckPod(name, ...removedByOthers);
    const waited = performance.now() - start;
    const stuck = whyStuck(pod);
    const isFinal = stuck && (waited > graceMs || !saysUnscheduled(stuck));
    if (stuck && isFinal) throw stuckPod(name, stuck.why, stuck.hint);
    const warning = stuck?.why ?? (await lastWarning(kubectl, place, pod));
    if (waited > patienceMs) throw stuckPod(name, warning ?? tooSlow, describePod(name));
    if (warning !== undefined && /RuntimeHandler|no runtime for|user namespaces/i.test(warning))
      throw stuckPod(name, warning, otherRuntimeClass);
    if (warning !== undefined && warning !== told && waited > quietMs) inform(kubectl.system, podWaits(name, warning));
    told = warning ?? told;
  }
}

const eventsSchema = v.object({
  items: v.array(v.object({ reason: v.optional(v.string(), ""), message: v.optional(v.string(), "") })),
});

async function lastWarning(kubectl: Kubectl, place: Place, pod: Found): Promise<string | undefined> {
  const run = await kubectl.look("ask for events", eventsArgv(place, pod.metadata.uid));
  const events = v.safeParse(eventsSchema, parseJson(run.stdout));
  // Other events are for the cluster's administrator.
  const isFailure = ({ reason }: { readonly reason: string }) => /^(Failed|BackOff)/.test(reason);
  return events.success ? events.output.items.findLast(isFailure)?.message : undefined;
}

/** Whatever the cluster made of our request: no session starts in a pod unless the routing rules were seen to work. */
function assertHeld(plan: BottlePlan, { status }: Found): void {
  if (!isHeld(plan)) return;
  const guard = status.initContainerStatuses?.find(({ name }) => name === containers.guard);
  if (guard?.state.terminated?.exitCode === 0) return;
  throw noGuard(plan.name);
}
