import type { Probe } from "../backends/backend.ts";
import { backendNames, backendOf } from "../backends/registry.ts";
import { UserError } from "../errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import type { BottlePlan } from "../plan/plan.ts";
import { bottleName } from "../plan/name.ts";
import { byPreference } from "../bottle/auto.ts";
import { findProject, type Project } from "../project/project.ts";
import { openDevice } from "../system/device.ts";
import type { System } from "../system/system.ts";
import type { Finding } from "./finding.ts";
import { work } from "../ui/work.ts";

/** What the checks share, gathered once. */
export type Facts = {
  readonly system: System;
  /** What a session here would start from, or the error of `run`. */
  readonly project: Project | UserError;
  /** Why /dev/kvm cannot run a microVM; undefined if it can, and on systems other than Linux. */
  readonly kvm: UserError | undefined;
  /** By the backend's name. */
  readonly probes: ReadonlyMap<string, Probe>;
  /** The plan that this directory's bottle was created with. */
  readonly made: BottlePlan | undefined;
  /** The backend of this directory's bottle, or of the one that would be created; undefined if there is none. */
  readonly backend: string | undefined;
  /** Whether an existing bottle, the manifest or the user's settings name the backend. */
  readonly isAsked: boolean;
};

export async function gatherFacts(system: System): Promise<Facts> {
  const project = attempt(() => findProject(system));
  const made = project instanceof UserError ? undefined : madeFrom(system, project);
  const asked = project instanceof UserError ? undefined : (made?.backend ?? project.manifest.bottle.backend);
  const preferred = await byPreference(system);
  // A cluster is not part of this machine, so it is asked only if a bottle should be there.
  const names = backendNames.filter((name) => name === asked || preferred.some((backend) => backend.name === name));
  const probes = new Map(await Promise.all(names.map(async (name) => [name, await probe(system, name)] as const)));
  const best = preferred.find(({ name }) => probes.get(name)?.usable);
  const kvm = system.platform === "linux" ? attempt(() => openDevice("/dev/kvm", system.user)) : undefined;
  return {
    system,
    project,
    kvm: kvm ?? undefined,
    probes,
    made,
    backend: asked ?? best?.name,
    isAsked: asked !== undefined,
  };
}

async function probe(system: System, name: string): Promise<Probe> {
  try {
    return await (await backendOf(system, name)).probe();
  } catch (error) {
    // The backend is for another kind of machine.
    if (error instanceof UserError) return { usable: false, reason: error.message, hint: error.hint ?? "" };
    throw error;
  }
}

function madeFrom(system: System, { directory }: Project): BottlePlan | undefined {
  const record = attempt(() => {
    using ledger = new Ledger(system);
    return ledger.bottle(bottleName(directory, system.user.uid));
  });
  // A ledger that cannot be opened has a finding of its own.
  return record instanceof UserError ? undefined : record?.plan;
}

export function attempt<T>(work: () => T): T | UserError {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** How serious it is here that a backend is unavailable. */
export function relevance(
  { backend, isAsked }: Facts,
  name: string,
): Pick<Finding, "level"> & { readonly why: string } {
  return backend === undefined || (isAsked && name === backend)
    ? { level: "error", why: "a bottle here needs it" }
    : { level: "note", why: `not needed: this directory uses ${backend}` };
}
